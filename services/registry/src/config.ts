import type { RegistryConfig } from './registry-config.js';

/** Reads the configuration of a registry that runs as a process of its own. Fails with the name of the variable that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): RegistryConfig {
  const domain = env['WINDLASS_GATEWAY_DOMAIN'];
  return {
    grpcAddress: required(env, 'WINDLASS_REGISTRY_ADDRESS'),
    databaseUrl: required(env, 'WINDLASS_DATABASE_URL'),
    region: env['WINDLASS_REGION'] ?? 'local-1',
    principalKey: key(env, 'WINDLASS_PRINCIPAL_KEY'),
    secretsKey: key(env, 'WINDLASS_SECRETS_KEY'),
    packageDirectory: required(env, 'WINDLASS_PACKAGE_DIRECTORY'),
    logsAddress: required(env, 'WINDLASS_LOGS_ADDRESS'),
    gatewayUrl: {
      scheme: scheme(env['WINDLASS_GATEWAY_SCHEME'] ?? 'http'),
      host: env['WINDLASS_GATEWAY_HOST'] ?? '127.0.0.1',
      port: whole(env, 'WINDLASS_GATEWAY_PORT', 7480),
      ...(domain === undefined || domain === '' ? {} : { domain }),
    },
    functionQuota: whole(env, 'WINDLASS_FUNCTION_QUOTA', 400),
    codeSizeQuotaMb: whole(env, 'WINDLASS_CODE_SIZE_QUOTA_MB', 10_240),
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}

function key(env: NodeJS.ProcessEnv, name: string): Buffer {
  const bytes = Buffer.from(required(env, name), 'hex');
  if (bytes.length !== 32) throw new Error(`${name} must be 64 hexadecimal digits.`);
  return bytes;
}

function whole(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}

function scheme(text: string): 'http' | 'https' {
  if (text !== 'http' && text !== 'https') throw new Error(`WINDLASS_GATEWAY_SCHEME must be http or https, not "${text}".`);
  return text;
}
