import { readKafkaAddress } from '@windlass/event-bus';
import { readRootKey } from './root-key/root-key.js';
import type { KmsConfig } from './start-kms.js';

/**
 * The configuration of the service when it runs alone, from environment variables. Throws one error that lists
 * everything wrong.
 *
 * - `WINDLASS_KMS_GRPC_ADDRESS`: "unix:/path" or "host:port"; required.
 * - `WINDLASS_IAM_ADDRESS`: where iam listens, in the same form; required.
 * - `WINDLASS_DATABASE_URL`: a postgresql:// URL; required. `WINDLASS_BUS_URL`: the event bus's, when it is another.
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas, where the bus is Kafka; with `WINDLASS_KAFKA_PREFIX`.
 * - `WINDLASS_PRINCIPAL_KEY`: 64 hex digits, the key of the edge; required.
 * - `WINDLASS_KMS_ROOT_KEY`: 64 hex digits, the key that wraps all others; or `WINDLASS_KMS_ROOT_KEY_FILE`, a file that holds it and
 *   its owner alone reads; or `WINDLASS_KMS_ROOT_KEY_COMMAND`, a command that prints it. One of them is required.
 * - `WINDLASS_REGION`: the region's name; required.
 * - `WINDLASS_KMS_KEYS_PER_ACCOUNT` (100): how many keys an account may have unless an operator sets its quota.
 * - `WINDLASS_KMS_USE_RETENTION_DAYS` (365): how long uses of keys are remembered.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): KmsConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string): string => {
    const value = environment[name] ?? '';
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const address = (name: string): string => text(name, /^(unix:\/.+|[^\s/]+:\d+)$/, '"unix:/path" or "host:port"');
  const key = (name: string): Buffer => Buffer.from(text(name, /^[0-9a-fA-F]{64}$/, '64 hex digits'), 'hex');
  const databaseUrl = text('WINDLASS_DATABASE_URL', /^postgres(ql)?:\/\/./, 'a postgresql:// URL');
  const config: KmsConfig = {
    grpcAddress: address('WINDLASS_KMS_GRPC_ADDRESS'),
    iamAddress: address('WINDLASS_IAM_ADDRESS'),
    databaseUrl,
    busUrl: environment['WINDLASS_BUS_URL'] === undefined ? databaseUrl : text('WINDLASS_BUS_URL', /^postgres(ql)?:\/\/./, 'a postgresql:// URL'),
    principalKey: key('WINDLASS_PRINCIPAL_KEY'),
    rootKey: readRootKey('WINDLASS_KMS_ROOT_KEY', environment, problems) ?? Buffer.alloc(0),
    region: text('WINDLASS_REGION', /^[a-z][a-z0-9-]{0,62}$/, 'a region name such as "local-1"'),
    keysPerAccount: Number(environment['WINDLASS_KMS_KEYS_PER_ACCOUNT'] === undefined ? 100 : text('WINDLASS_KMS_KEYS_PER_ACCOUNT', /^[1-9]\d{0,5}$/, 'a number from 1 to 999999')),
    useRetentionDays: Number(environment['WINDLASS_KMS_USE_RETENTION_DAYS'] === undefined ? 365 : text('WINDLASS_KMS_USE_RETENTION_DAYS', /^[1-9]\d{0,4}$/, 'a number of days from 1 to 99999')),
  };
  const kafka = readKafkaAddress(environment, problems);
  if (problems.length > 0) throw new Error(`The configuration of the key service is not right:\n- ${problems.join('\n- ')}`);
  return kafka === undefined ? config : { ...config, kafka };
}

/** The root key that `reseal` brings keys under: `WINDLASS_KMS_NEW_ROOT_KEY`, or with `_FILE` or `_COMMAND`, as for the present one. */
export function readNewRootKey(environment: Readonly<Record<string, string | undefined>>): Buffer {
  const problems: string[] = [];
  const rootKey = readRootKey('WINDLASS_KMS_NEW_ROOT_KEY', environment, problems);
  if (rootKey === undefined) throw new Error(`The new root key is not right:\n- ${problems.join('\n- ')}`);
  return rootKey;
}
