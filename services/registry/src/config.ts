import { readKafkaAddress } from '@windlass/event-bus';
import { readBucketAddress } from '@windlass/object-storage';
import { HISTORY_LIMITS } from './code-package/package-history.js';
import type { PackageLocation } from './code-package/package-store.js';
import type { RegistryConfig } from './registry-config.js';
import type { GatewayUrl } from './trigger/gateway-address.js';

/**
 * The configuration of the service when it runs alone, from environment variables. Throws one error that lists everything
 * wrong.
 *
 * - `WINDLASS_REGISTRY_GRPC_ADDRESS`: "unix:/path" or "host:port"; required.
 * - `WINDLASS_DATABASE_URL`: a postgresql:// URL; required. `WINDLASS_BUS_URL`: the event bus's, when it is another.
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas, where the bus is Kafka; with `WINDLASS_KAFKA_PREFIX`.
 * - `WINDLASS_REGION` (local-1): part of URNs and the name of every project.
 * - `WINDLASS_PRINCIPAL_KEY`: 64 hex digits, the key of the edge; required.
 * - `WINDLASS_REGISTRY_SECRETS_KEY`: 64 hex digits; encrypts encrypted_user_data; required.
 * - `WINDLASS_PACKAGE_DIRECTORY`: absolute path of the folder of code packages, or `WINDLASS_PACKAGE_BUCKET`:
 *   s3://bucket/prefix?endpoint=https://storage.example.com&region=name; one of the two is required. The bucket's keys come from
 *   `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or from wherever else S3 clients look.
 * - `WINDLASS_CODE_URL_ENDPOINTS`: base URLs of the S3-compatible servers that code may be fetched from, separated by commas, such as
 *   https://obs.example.com; without it code comes in requests only.
 * - `WINDLASS_LOGS_GRPC_ADDRESS`, `WINDLASS_IAM_GRPC_ADDRESS`, `WINDLASS_KMS_GRPC_ADDRESS`: where the log service, iam and the key service
 *   listen; required.
 * - `WINDLASS_GATEWAY_PUBLIC_URL` (http://127.0.0.1:7480): where callers reach the gateway; `WINDLASS_GATEWAY_DOMAIN`: the
 *   domain with wildcard DNS, when there is one.
 * - `WINDLASS_FUNCTION_QUOTA` (400), `WINDLASS_CODE_SIZE_QUOTA_MB` (10240): what an account may use unless an operator sets its quotas.
 * - `WINDLASS_PACKAGE_HISTORY_DAYS` (30): how long code that functions no longer use is kept for rollbacks, 0 for not at all;
 *   `WINDLASS_PACKAGE_HISTORY_MB` (10240): how much of it one account may have, the oldest going first.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): RegistryConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string, preset = ''): string => {
    const value = environment[name] ?? preset;
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const address = (name: string): string => text(name, /^(unix:\/.+|[^\s/]+:\d+)$/, '"unix:/path" or "host:port"');
  const database = (name: string): string => text(name, /^postgres(ql)?:\/\/./, 'a postgresql:// URL');
  const key = (name: string): Buffer => Buffer.from(text(name, /^[0-9a-fA-F]{64}$/, '64 hex digits'), 'hex');
  const number = (name: string, preset: number): number => Number(text(name, /^[1-9]\d{0,8}$/, 'a whole number from 1 on', String(preset)));

  const days = (name: string, preset: number): number => Number(text(name, /^\d{1,5}$/, 'a whole number of days', String(preset)));

  const packages = (): PackageLocation => {
    const bucket = environment['WINDLASS_PACKAGE_BUCKET'];
    if (bucket === undefined) return { directory: text('WINDLASS_PACKAGE_DIRECTORY', /^\//, 'an absolute path, unless WINDLASS_PACKAGE_BUCKET is given') };
    if (environment['WINDLASS_PACKAGE_DIRECTORY'] !== undefined) problems.push('WINDLASS_PACKAGE_DIRECTORY and WINDLASS_PACKAGE_BUCKET are both given: packages have one place');
    try {
      return { bucket: readBucketAddress(bucket) };
    } catch (error) {
      problems.push(`WINDLASS_PACKAGE_BUCKET: ${(error as Error).message}`);
      return { directory: '' };
    }
  };

  const databaseUrl = database('WINDLASS_DATABASE_URL');
  const url = /^https?:\/\/[^\s/:]+(:\d+)?\/?$/;
  const publicUrl = text('WINDLASS_GATEWAY_PUBLIC_URL', url, 'a URL such as https://functions.example.com', 'http://127.0.0.1:7480');
  const domain = environment['WINDLASS_GATEWAY_DOMAIN'] ?? '';
  const config = {
    grpcAddress: address('WINDLASS_REGISTRY_GRPC_ADDRESS'),
    databaseUrl,
    busUrl: environment['WINDLASS_BUS_URL'] === undefined ? databaseUrl : database('WINDLASS_BUS_URL'),
    region: text('WINDLASS_REGION', /^[a-z0-9-]+$/, 'lower-case letters, digits and hyphens', 'local-1'),
    principalKey: key('WINDLASS_PRINCIPAL_KEY'),
    secretsKey: key('WINDLASS_REGISTRY_SECRETS_KEY'),
    packages: packages(),
    codeUrlEndpoints: codeUrlEndpoints(environment['WINDLASS_CODE_URL_ENDPOINTS'] ?? '', problems),
    logsAddress: address('WINDLASS_LOGS_GRPC_ADDRESS'),
    iamAddress: address('WINDLASS_IAM_GRPC_ADDRESS'),
    kmsAddress: address('WINDLASS_KMS_GRPC_ADDRESS'),
    functionQuota: number('WINDLASS_FUNCTION_QUOTA', 400),
    codeSizeQuotaMb: number('WINDLASS_CODE_SIZE_QUOTA_MB', 10_240),
    packageHistory: {
      days: days('WINDLASS_PACKAGE_HISTORY_DAYS', HISTORY_LIMITS.days),
      megabytes: number('WINDLASS_PACKAGE_HISTORY_MB', HISTORY_LIMITS.megabytes),
    },
  };
  const kafka = readKafkaAddress(environment, problems);
  if (problems.length > 0) throw new Error(`The configuration of the registry is not right:\n- ${problems.join('\n- ')}`);
  return { ...config, ...(kafka === undefined ? {} : { kafka }), gatewayUrl: gatewayUrl(publicUrl, domain) };
}

function codeUrlEndpoints(text: string, problems: string[]): string[] {
  return text.split(',').filter((part) => part.trim() !== '').flatMap((part) => {
    const url = URL.canParse(part.trim()) ? new URL(part.trim()) : undefined;
    const usable = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.username === '';
    if (!usable) problems.push(`WINDLASS_CODE_URL_ENDPOINTS is not right: ${JSON.stringify(part.trim())} is not a base URL such as https://obs.example.com`);
    return usable ? [url.origin] : [];
  });
}

function gatewayUrl(publicUrl: string, domain: string): GatewayUrl {
  const { protocol, hostname, port } = new URL(publicUrl);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const implied = scheme === 'https' ? 443 : 80;
  return { scheme, host: hostname, port: port === '' ? implied : Number(port), ...(domain === '' ? {} : { domain }) };
}
