import { readKafkaAddress } from '@windlass/event-bus';
import type { WorkerConfig } from './start-worker.js';
import { defaultLimits, type WorkerLimits } from './worker-limits.js';

/**
 * The configuration of a worker that runs alone, from environment variables. Throws one error that lists everything wrong.
 *
 * - `WINDLASS_WORKER_ID`: its name among workers; required, as are the next six.
 * - `WINDLASS_WORKER_GRPC_ADDRESS`: "unix:/path" or "host:port". `WINDLASS_WORKER_DATA_SOCKET`: path of a unix socket.
 * - `WINDLASS_REGISTRY_ADDRESS`, `WINDLASS_IAM_ADDRESS`: "unix:/path" or "host:port". `WINDLASS_DATABASE_URL`: a postgresql:// URL.
 * - `WINDLASS_WORKER_DATA_DIR`: folder for code and runtimes.
 * - `WINDLASS_BUS_URL`: the event bus's database, when it is another.
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas, where the bus is Kafka; with `WINDLASS_KAFKA_PREFIX`.
 * - `WINDLASS_EGRESS_ALLOW`, `WINDLASS_EGRESS_DENY`, `WINDLASS_NAME_SERVERS`: lists with commas, for functions with public access:
 *   ranges they may reach though they are private, ranges they may not reach, and whom they ask for names.
 * - `WINDLASS_RUNSC`: path of gVisor's runsc, for functions of strong isolation, when it is not where programs are.
 * - `WINDLASS_WORKER_MEMORY_DIR` (/dev/shm): where code under customers' keys lies in the clear while it runs; a tmpfs or ramfs.
 * - `WINDLASS_WORKER_<LIMIT>` for each of `WorkerLimits`, such as `WINDLASS_WORKER_IDLE_SECONDS`: a whole number from 1.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): WorkerConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string): string => {
    const value = environment[name] ?? '';
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const list = (name: string): string[] => (environment[name] ?? '').split(',').map((item) => item.trim()).filter(Boolean);
  const limits: Partial<Record<keyof WorkerLimits, number>> = {};
  for (const key of Object.keys(defaultLimits()) as (keyof WorkerLimits)[]) {
    const name = `WINDLASS_WORKER_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const value = environment[name];
    if (value === undefined) continue;
    if (!/^[1-9]\d{0,8}$/.test(value)) problems.push(`${name} is "${value}": it is a whole number from 1`);
    limits[key] = Number(value);
  }
  const address = /^(unix:\/.+|[^\s/]+:\d+)$/;
  const database = /^postgres(ql)?:\/\/./;
  const config: WorkerConfig = {
    workerId: text('WINDLASS_WORKER_ID', /^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, "-" and "_", at most 64'),
    grpcAddress: text('WINDLASS_WORKER_GRPC_ADDRESS', address, '"unix:/path" or "host:port"'),
    dataSocket: text('WINDLASS_WORKER_DATA_SOCKET', /^\/.{1,105}$/, 'an absolute path of at most 106 characters'),
    registryAddress: text('WINDLASS_REGISTRY_ADDRESS', address, '"unix:/path" or "host:port"'),
    iamAddress: text('WINDLASS_IAM_ADDRESS', address, '"unix:/path" or "host:port"'),
    databaseUrl: text('WINDLASS_DATABASE_URL', database, 'a postgresql:// URL'),
    busUrl: environment['WINDLASS_BUS_URL'] === undefined ? undefined : text('WINDLASS_BUS_URL', database, 'a postgresql:// URL'),
    dataDirectory: text('WINDLASS_WORKER_DATA_DIR', /^\/./, 'an absolute path'),
    egress: { allow: list('WINDLASS_EGRESS_ALLOW'), deny: list('WINDLASS_EGRESS_DENY'), nameServers: list('WINDLASS_NAME_SERVERS') },
    runsc: environment['WINDLASS_RUNSC'] === undefined ? undefined : text('WINDLASS_RUNSC', /^\/./, 'an absolute path'),
    memoryDirectory: environment['WINDLASS_WORKER_MEMORY_DIR'] === undefined ? undefined : text('WINDLASS_WORKER_MEMORY_DIR', /^\/./, 'an absolute path'),
    limits,
  };
  const kafka = readKafkaAddress(environment, problems);
  if (problems.length > 0) throw new Error(`The configuration of the worker is not right:\n- ${problems.join('\n- ')}`);
  return kafka === undefined ? config : { ...config, kafka };
}
