import { readKafkaAddress } from '@windlass/event-bus';
import type { LogsConfig } from './start-logs.js';
import { readTransferStorage } from './transfer/index.js';
import { readVictoriaLogsAddress } from './victorialogs-log-store/index.js';

/**
 * The configuration of the service when it runs alone, from environment variables. Throws one error that lists
 * everything wrong.
 *
 * - `WINDLASS_LOGS_GRPC_ADDRESS`: "unix:/path" or "host:port"; required.
 * - `WINDLASS_DATABASE_URL`: a postgresql:// URL; required. `WINDLASS_BUS_URL`: the event bus's, when it is another.
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas, where the bus is Kafka; with `WINDLASS_KAFKA_PREFIX`.
 * - `WINDLASS_PRINCIPAL_KEY`: 64 hex digits, the key of the edge; required.
 * - `WINDLASS_LOGS_RETENTION_DAYS` (30): how long a new log group keeps its lines.
 * - `WINDLASS_LOGS_GROUPS_PER_ACCOUNT` (100), `WINDLASS_LOGS_STREAMS_PER_GROUP` (100): what tenants may make.
 * - `WINDLASS_LOGS_TRANSFER_ENDPOINT`: URL of the S3 server whose buckets tenants may have their logs shipped to, with
 *   `WINDLASS_LOGS_TRANSFER_REGION` (us-east-1); keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. No transfers without it.
 * - `WINDLASS_LOGS_VICTORIALOGS_URL`: keeps lines in the VictoriaLogs at this URL, not in PostgreSQL; a user and a password may stand in
 *   it. `WINDLASS_LOGS_VICTORIALOGS_INSERT_URL`: that of `vlinsert`, where it is a cluster; the other is then that of `vlselect`.
 * - `WINDLASS_LOGS_FUNCTION_STREAMS_PER_GROUP` (2000): how many functions may write to one group.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): LogsConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string): string => {
    const value = environment[name] ?? '';
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const number = (name: string, preset: number, most: number): number => {
    const value = environment[name] ?? String(preset);
    if (!/^\d{1,9}$/.test(value) || Number(value) < 1 || Number(value) > most) problems.push(`${name} is "${value}": it is a number from 1 to ${most}`);
    return Number(value);
  };
  const databaseUrl = text('WINDLASS_DATABASE_URL', /^postgres(ql)?:\/\/./, 'a postgresql:// URL');
  const config: LogsConfig = {
    grpcAddress: text('WINDLASS_LOGS_GRPC_ADDRESS', /^(unix:\/.+|[^\s/]+:\d+)$/, '"unix:/path" or "host:port"'),
    databaseUrl,
    busUrl: environment['WINDLASS_BUS_URL'] === undefined ? databaseUrl : text('WINDLASS_BUS_URL', /^postgres(ql)?:\/\/./, 'a postgresql:// URL'),
    principalKey: Buffer.from(text('WINDLASS_PRINCIPAL_KEY', /^[0-9a-fA-F]{64}$/, '64 hex digits'), 'hex'),
    defaultRetentionDays: number('WINDLASS_LOGS_RETENTION_DAYS', 30, 365),
    groupsPerAccount: number('WINDLASS_LOGS_GROUPS_PER_ACCOUNT', 100, 100_000),
    streamsPerGroup: number('WINDLASS_LOGS_STREAMS_PER_GROUP', 100, 100_000),
    functionStreamsPerGroup: number('WINDLASS_LOGS_FUNCTION_STREAMS_PER_GROUP', 2000, 100_000),
  };
  const transferStorage = readTransferStorage(environment, problems);
  const victoriaLogs = readVictoriaLogsAddress(environment, problems);
  const kafka = readKafkaAddress(environment, problems);
  if (problems.length > 0) throw new Error(`The configuration of the log service is not right:\n- ${problems.join('\n- ')}`);
  return { ...config, ...(kafka === undefined ? {} : { kafka }), ...(transferStorage === undefined ? {} : { transferStorage }), ...(victoriaLogs === undefined ? {} : { victoriaLogs }) };
}
