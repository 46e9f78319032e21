import { readKafkaAddress } from '@windlass/event-bus';
import { DEFAULT_LIMITS, type IngressLimits } from './data-path/index.js';
import type { GatewayConfig } from './start-gateway.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The largest delay a timer takes; also more than any size here needs. */
const MOST = 2 ** 31 - 1;

/**
 * The limits that environment variables change: `WINDLASS_GATEWAY_<LIMIT>` for each of `IngressLimits`, such as
 * `WINDLASS_GATEWAY_MAX_BODY_BYTES`, a whole number from 1. Throws one error that lists everything wrong.
 */
export function readLimits(environment: Environment): Partial<IngressLimits> {
  const problems: string[] = [];
  const limits = limitsFrom(environment, problems);
  throwAny(problems);
  return limits;
}

/**
 * The configuration of a gateway that runs alone, from environment variables. Throws one error that lists everything wrong.
 *
 * - `WINDLASS_GATEWAY_HOST`, `WINDLASS_GATEWAY_PORT` (127.0.0.1, 7480): where the public listens.
 * - `WINDLASS_GATEWAY_ID` ("local"): its name among gateways. `WINDLASS_GATEWAY_DOMAIN`: the name below which URLs are handed out.
 * - `WINDLASS_GATEWAY_GRPC_ADDRESS`, `WINDLASS_REGISTRY_ADDRESS`, `WINDLASS_IAM_ADDRESS`: "unix:/path" or "host:port"; required.
 * - `WINDLASS_WORKER_SOCKETS`: absolute paths of data sockets, separated by commas; required.
 * - `WINDLASS_DATABASE_URL`: a postgresql:// URL; required. `WINDLASS_BUS_URL`: the event bus's, when it is another.
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas, where the bus is Kafka; with `WINDLASS_KAFKA_PREFIX`.
 * - `WINDLASS_GATEWAY_<LIMIT>` for each of `IngressLimits`, such as `WINDLASS_GATEWAY_MAX_BODY_BYTES`: a whole number from 1.
 */
export function readConfig(environment: Environment): GatewayConfig {
  const problems: string[] = [];
  const text = (name: string, form: RegExp, what: string, preset = ''): string => {
    const value = environment[name] ?? preset;
    if (!form.test(value)) problems.push(`${name} ${value === '' ? 'is missing' : 'is not right'}: it is ${what}`);
    return value;
  };
  const optional = (name: string, form: RegExp, what: string): string | undefined =>
    environment[name] === undefined ? undefined : text(name, form, what);
  const address = /^(unix:\/.+|[^\s/]+:\d+)$/;
  const addressForm = '"unix:/path" or "host:port"';
  const database = /^postgres(ql)?:\/\/./;
  const config: GatewayConfig = {
    gatewayId: optional('WINDLASS_GATEWAY_ID', /^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, "-" and "_", at most 64'),
    host: text('WINDLASS_GATEWAY_HOST', /^[A-Za-z0-9.:-]+$/, 'a host name or address', '127.0.0.1'),
    port: wholeNumber('WINDLASS_GATEWAY_PORT', environment.WINDLASS_GATEWAY_PORT ?? '7480', 65_535, problems),
    gatewayDomain: optional('WINDLASS_GATEWAY_DOMAIN', /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a domain name'),
    grpcAddress: text('WINDLASS_GATEWAY_GRPC_ADDRESS', address, addressForm),
    registryAddress: text('WINDLASS_REGISTRY_ADDRESS', address, addressForm),
    iamAddress: text('WINDLASS_IAM_ADDRESS', address, addressForm),
    workerSockets: text('WINDLASS_WORKER_SOCKETS', /^\/[^,]{1,105}(,\/[^,]{1,105})*$/, 'absolute paths of at most 106 characters, separated by commas').split(','),
    databaseUrl: text('WINDLASS_DATABASE_URL', database, 'a postgresql:// URL'),
    busUrl: optional('WINDLASS_BUS_URL', database, 'a postgresql:// URL'),
    limits: limitsFrom(environment, problems),
  };
  const kafka = readKafkaAddress(environment, problems);
  throwAny(problems);
  return kafka === undefined ? config : { ...config, kafka };
}

function limitsFrom(environment: Environment, problems: string[]): Partial<IngressLimits> {
  const limits: Partial<Record<keyof IngressLimits, number>> = {};
  for (const key of Object.keys(DEFAULT_LIMITS) as (keyof IngressLimits)[]) {
    const name = `WINDLASS_GATEWAY_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const value = environment[name];
    if (value !== undefined) limits[key] = wholeNumber(name, value, MOST, problems);
  }
  return limits;
}

function wholeNumber(name: string, value: string, most: number, problems: string[]): number {
  if (!/^[1-9]\d{0,9}$/.test(value) || Number(value) > most) problems.push(`${name} is "${value}": it is a whole number from 1 to ${most}`);
  return Number(value);
}

function throwAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`The configuration of the gateway is not right:\n- ${problems.join('\n- ')}`);
}
