import type { HistoryConfig } from './start-history.js';

/**
 * The configuration of the service when it runs alone, from environment variables. Throws one error that lists
 * everything wrong.
 *
 * - `WINDLASS_HISTORY_GRPC_ADDRESS`: "unix:/path" or "host:port"; required.
 * - `WINDLASS_IAM_ADDRESS`, `WINDLASS_REGISTRY_ADDRESS`, `WINDLASS_KMS_ADDRESS`, `WINDLASS_LOGS_ADDRESS`: where the services
 *   that keep events listen, in the same form; required.
 * - `WINDLASS_DATABASE_URL`: a postgresql:// URL; required.
 * - `WINDLASS_PRINCIPAL_KEY`: 64 hex digits, the key of the edge; required.
 * - `WINDLASS_CHECKPOINT_MINUTES` (60): how often the history of an account with new events is signed; 0 for on demand only.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): HistoryConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string): string => {
    const value = environment[name] ?? '';
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const address = (name: string): string => text(name, /^(unix:\/.+|[^\s/]+:\d+)$/, '"unix:/path" or "host:port"');
  const config: HistoryConfig = {
    grpcAddress: address('WINDLASS_HISTORY_GRPC_ADDRESS'),
    databaseUrl: text('WINDLASS_DATABASE_URL', /^postgres(ql)?:\/\/./, 'a postgresql:// URL'),
    sources: {
      iam: address('WINDLASS_IAM_ADDRESS'),
      registry: address('WINDLASS_REGISTRY_ADDRESS'),
      kms: address('WINDLASS_KMS_ADDRESS'),
      logs: address('WINDLASS_LOGS_ADDRESS'),
    },
    principalKey: Buffer.from(text('WINDLASS_PRINCIPAL_KEY', /^[0-9a-fA-F]{64}$/, '64 hex digits'), 'hex'),
    checkpointIntervalMs: 60_000 * Number(environment['WINDLASS_CHECKPOINT_MINUTES'] === undefined ? 60 : text('WINDLASS_CHECKPOINT_MINUTES', /^(0|[1-9]\d{0,4})$/, 'a number from 0 to 99999')),
  };
  if (problems.length > 0) throw new Error(`The configuration of the history service is not right:\n- ${problems.join('\n- ')}`);
  return config;
}
