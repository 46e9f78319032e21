import { readKafkaAddress, type KafkaAddress } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { SIGN_UP_MODES, type SignUpMode } from './sign-up/index.js';

export interface IamConfig {
  /** "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  readonly databaseUrl: string;
  /** The event bus's database; the service's own when absent. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  /** Name of the deployment's region, and so of each account's project. */
  readonly region: string;
  /** 32 bytes the edge signs principals with. */
  readonly principalKey: Buffer;
  /** 32 bytes that encrypt secret keys at rest. */
  readonly secretsKey: Buffer;
  /** Origin tenants reach the API at; it stands in catalogs and links. */
  readonly publicApiUrl: string;
  /** Who may sign up: anybody (unless told otherwise), who brings an invitation, or nobody. */
  readonly signUp?: SignUpMode;
  /** Where the registry answers: it knows the resources of enterprise projects, and the functions of projects. */
  readonly registryAddress: string;
  /** Where the log service answers: it knows the log groups of projects. */
  readonly logsAddress: string;
  /** Where the key service answers: it knows the keys of projects. */
  readonly kmsAddress: string;
  readonly logger?: Logger;
}

export type ParsedConfig = { readonly ok: true; readonly config: IamConfig } | { readonly ok: false; readonly problems: readonly string[] };

const KEY_BYTES = 32;
const DATABASE = { what: 'a postgresql:// URL', parse: matching(/^postgres(ql)?:\/\/.+$/) };
const ADDRESS = { what: '"unix:/path" or "host:port"', parse: matching(/^(unix:\/.+|[^\s/]+:\d+)$/) };

/** Reads the configuration of a service that runs alone, and names everything that is wrong with it at once. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ParsedConfig {
  const problems: string[] = [];
  const read = <T>(name: string, what: string, parse: (value: string) => T | undefined): T | undefined => {
    const value = env[name];
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed === undefined) problems.push(`${name} ${value === undefined ? 'is not set' : 'is not right'}: it must be ${what}`);
    return parsed;
  };
  const config = {
    grpcAddress: read('WINDLASS_IAM_GRPC_ADDRESS', ADDRESS.what, ADDRESS.parse),
    databaseUrl: read('WINDLASS_DATABASE_URL', DATABASE.what, DATABASE.parse),
    region: read('WINDLASS_REGION', 'a region name such as "local-1"', matching(/^[a-z][a-z0-9-]{0,62}$/)),
    principalKey: read('WINDLASS_PRINCIPAL_KEY', `${KEY_BYTES * 2} hex digits`, key),
    secretsKey: read('WINDLASS_IAM_SECRETS_KEY', `${KEY_BYTES * 2} hex digits`, key),
    publicApiUrl: read('WINDLASS_API_PUBLIC_URL', 'an http:// or https:// URL', matching(/^https?:\/\/\S+$/)),
    registryAddress: read('WINDLASS_REGISTRY_ADDRESS', ADDRESS.what, ADDRESS.parse),
    logsAddress: read('WINDLASS_LOGS_ADDRESS', ADDRESS.what, ADDRESS.parse),
    kmsAddress: read('WINDLASS_KMS_ADDRESS', ADDRESS.what, ADDRESS.parse),
    signUp: env['WINDLASS_SIGN_UP'] === undefined ? 'open' : read('WINDLASS_SIGN_UP', SIGN_UP_MODES.join(', '), (value) => SIGN_UP_MODES.find((mode) => mode === value)),
  };
  // The bus's own, where it has some: WINDLASS_BUS_URL, and WINDLASS_KAFKA_BROKERS with WINDLASS_KAFKA_PREFIX.
  const busUrl = env['WINDLASS_BUS_URL'] === undefined ? undefined : read('WINDLASS_BUS_URL', DATABASE.what, DATABASE.parse);
  const kafka = readKafkaAddress(env, problems);
  if (!isComplete(config) || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: { ...config, ...(busUrl === undefined ? {} : { busUrl }), ...(kafka === undefined ? {} : { kafka }) } };
}

function matching(form: RegExp): (value: string) => string | undefined {
  return (value) => (form.test(value) ? value : undefined);
}

function key(value: string): Buffer | undefined {
  return /^[0-9a-fA-F]+$/.test(value) && value.length === KEY_BYTES * 2 ? Buffer.from(value, 'hex') : undefined;
}

function isComplete(config: { [K in keyof IamConfig]: IamConfig[K] | undefined }): config is IamConfig {
  return Object.values(config).every((value) => value !== undefined);
}
