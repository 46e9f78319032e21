import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { parseKafkaAddress, type KafkaAddress } from '@windlass/event-bus';
import { readBucketAddress, type BucketAddress } from '@windlass/object-storage';

/** What an operator may choose on one machine. Parsed once; everything odd is told at once. */
export interface Options {
  readonly dataDirectory: string;
  readonly host: string;
  readonly apiPort: number;
  readonly gatewayPort: number;
  readonly grpcPort: number;
  readonly region: string;
  /** Wildcard DNS name that points to the gateway; undefined where there is none. */
  readonly gatewayDomain: string | undefined;
  readonly logLevel: string;
  readonly maxMemoryMb: number | undefined;
  /** Ranges of addresses, beyond the public network, that functions with public access may reach. */
  readonly egressAllow: readonly string[];
  /** Ranges that no function reaches. */
  readonly egressDeny: readonly string[];
  /** Whom functions' questions for names go to; none: those of the machine. */
  readonly nameServers: readonly string[];
  /** gVisor's runsc; undefined: where programs are. */
  readonly runsc: string | undefined;
  /** Who may sign up. */
  readonly signUp: 'open' | 'invitation' | 'closed';
  /** Bucket for code packages; undefined: a folder of the data directory. */
  readonly packageBucket: BucketAddress | undefined;
  /** Days for which code that functions no longer use is kept for rollbacks. */
  readonly packageHistoryDays: number;
  /** Servers of buckets that tenants may have code fetched from. */
  readonly codeUrlEndpoints: readonly string[];
  /** Where tenants may have their logs shipped to; undefined: nowhere. */
  readonly logTransferEndpoint: string | undefined;
  readonly victoriaLogsUrl: string | undefined;
  readonly victoriaLogsInsertUrl: string | undefined;
  /** The event bus between the services; undefined: PostgreSQL. */
  readonly kafka: KafkaAddress | undefined;
}

type OptionName = Exclude<keyof Options, 'kafka'> | 'kafkaBrokers' | 'kafkaPrefix';

interface OptionRule {
  readonly flag: string;
  readonly variable: string;
  readonly value: string;
  readonly default: string;
  readonly help: string;
}

const RULES = {
  dataDirectory: { flag: '--data-dir', variable: 'WINDLASS_DATA_DIR', value: 'PATH', default: '.windlass', help: 'where all data lives' },
  host: { flag: '--host', variable: 'WINDLASS_HOST', value: 'ADDRESS', default: '127.0.0.1', help: 'address the three ports listen on' },
  apiPort: { flag: '--api-port', variable: 'WINDLASS_API_PORT', value: 'PORT', default: '7400', help: 'REST API' },
  gatewayPort: { flag: '--gateway-port', variable: 'WINDLASS_GATEWAY_PORT', value: 'PORT', default: '7480', help: 'URLs of functions' },
  grpcPort: { flag: '--grpc-port', variable: 'WINDLASS_GRPC_PORT', value: 'PORT', default: '7450', help: 'gRPC API' },
  region: { flag: '--region', variable: 'WINDLASS_REGION', value: 'NAME', default: 'local-1', help: 'region name; fixed once data exists' },
  gatewayDomain: { flag: '--gateway-domain', variable: 'WINDLASS_GATEWAY_DOMAIN', value: 'DOMAIN', default: '', help: 'wildcard DNS name of the gateway, if there is one' },
  logLevel: { flag: '--log-level', variable: 'WINDLASS_LOG_LEVEL', value: 'LEVEL', default: 'info', help: 'debug, info, warn or error' },
  maxMemoryMb: { flag: '--max-memory', variable: 'WINDLASS_MAX_MEMORY_MB', value: 'MB', default: '', help: 'memory all instances together may be given; default: three quarters of the machine' },
  egressAllow: { flag: '--egress-allow', variable: 'WINDLASS_EGRESS_ALLOW', value: 'RANGES', default: '', help: 'private ranges that functions with public access may reach, as 10.1.2.0/24,10.1.3.4' },
  egressDeny: { flag: '--egress-deny', variable: 'WINDLASS_EGRESS_DENY', value: 'RANGES', default: '', help: 'public ranges that no function may reach' },
  nameServers: { flag: '--name-servers', variable: 'WINDLASS_NAME_SERVERS', value: 'ADDRESSES', default: '', help: 'name servers for functions; default: those of the machine' },
  runsc: { flag: '--runsc', variable: 'WINDLASS_RUNSC', value: 'PATH', default: '', help: 'gVisor, for functions of strong isolation; default: runsc among the programs of the machine' },
  signUp: { flag: '--sign-up', variable: 'WINDLASS_SIGN_UP', value: 'MODE', default: 'open', help: 'who may sign up: open, invitation or closed' },
  packageBucket: { flag: '--package-bucket', variable: 'WINDLASS_PACKAGE_BUCKET', value: 'URL', default: '', help: 'keep code packages in a bucket: s3://bucket/prefix?endpoint=https://…; keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; default: the data directory' },
  packageHistoryDays: { flag: '--package-history-days', variable: 'WINDLASS_PACKAGE_HISTORY_DAYS', value: 'DAYS', default: '30', help: 'how long code that functions no longer use is kept for rollbacks; 0: not at all' },
  codeUrlEndpoints: { flag: '--code-url-endpoints', variable: 'WINDLASS_CODE_URL_ENDPOINTS', value: 'URLS', default: '', help: 'S3 servers from whose buckets tenants may have code fetched by its URL, as https://obs.example.com,https://s3.example.com' },
  logTransferEndpoint: { flag: '--log-transfer-endpoint', variable: 'WINDLASS_LOGS_TRANSFER_ENDPOINT', value: 'URL', default: '', help: 'S3 server whose buckets tenants may have their logs shipped to; keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' },
  victoriaLogsUrl: { flag: '--victorialogs-url', variable: 'WINDLASS_LOGS_VICTORIALOGS_URL', value: 'URL', default: '', help: 'keep log lines in this VictoriaLogs (of a cluster: its vlselect); default: in PostgreSQL' },
  victoriaLogsInsertUrl: { flag: '--victorialogs-insert-url', variable: 'WINDLASS_LOGS_VICTORIALOGS_INSERT_URL', value: 'URL', default: '', help: 'vlinsert of that cluster' },
  kafkaBrokers: { flag: '--kafka-brokers', variable: 'WINDLASS_KAFKA_BROKERS', value: 'HOST:PORT,…', default: '', help: 'carry events over this Kafka cluster; default: over PostgreSQL' },
  kafkaPrefix: { flag: '--kafka-prefix', variable: 'WINDLASS_KAFKA_PREFIX', value: 'NAME', default: '', help: 'before the names of topics and groups in that cluster; default: windlass' },
} as const satisfies Record<OptionName, OptionRule>;

export type ParsedCommand = { readonly run: Options } | { readonly help: string } | { readonly problems: readonly string[] };

/** Reads flags over environment over defaults. Pure: nothing is opened or created. */
export function parseCommand(args: readonly string[], environment: Readonly<Record<string, string | undefined>>, workingDirectory: string): ParsedCommand {
  const problems: string[] = [];
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '--help' || argument === '-h') return { help: helpText() };
    const [flag, inline] = splitOnce(argument);
    if (!Object.values(RULES).some((rule) => rule.flag === flag)) {
      problems.push(`unknown option ${argument}; --help lists them`);
      continue;
    }
    const value = inline ?? args[(index += 1)];
    if (value === undefined) problems.push(`${flag} needs a value`);
    else given.set(flag, value);
  }
  const read = (name: OptionName): { text: string; from: string } => {
    const rule: OptionRule = RULES[name];
    const flagged = given.get(rule.flag);
    if (flagged !== undefined) return { text: flagged, from: rule.flag };
    const variable = environment[rule.variable];
    return variable === undefined || variable === '' ? { text: rule.default, from: 'default' } : { text: variable, from: rule.variable };
  };
  const port = (name: OptionName): number => {
    const { text, from } = read(name);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > 65_535) problems.push(`${from}: ${JSON.stringify(text)} is not a port (1 to 65535)`);
    return value;
  };
  const matching = (name: OptionName, pattern: RegExp, meaning: string): string => {
    const { text, from } = read(name);
    if (!pattern.test(text)) problems.push(`${from}: ${JSON.stringify(text)} is not ${meaning}`);
    return text;
  };
  const bucket = (name: OptionName): BucketAddress | undefined => {
    const { text, from } = read(name);
    try {
      return text === '' ? undefined : readBucketAddress(text);
    } catch (error) {
      problems.push(`${from}: ${(error as Error).message}`);
      return undefined;
    }
  };

  const list = (name: OptionName, item: RegExp, meaning: string): string[] => {
    const { text, from } = read(name);
    const items = text.split(',').map((each) => each.trim()).filter(Boolean);
    if (!items.every((each) => item.test(each))) problems.push(`${from}: ${JSON.stringify(text)} is not ${meaning}`);
    return items;
  };

  const dataDirectory = read('dataDirectory').text;
  const options: Options = {
    dataDirectory: isAbsolute(dataDirectory) ? dataDirectory : resolve(workingDirectory, dataDirectory),
    host: matching('host', /^[0-9A-Fa-f.:]+$/, 'an IP address'),
    apiPort: port('apiPort'),
    gatewayPort: port('gatewayPort'),
    grpcPort: port('grpcPort'),
    region: matching('region', /^[a-z][a-z0-9-]{0,40}[a-z0-9]$/, 'a region name (a-z, 0-9 and hyphens, 2 to 42 characters)'),
    gatewayDomain: matching('gatewayDomain', /^$|^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a domain name') || undefined,
    logLevel: matching('logLevel', /^(debug|info|warn|error)$/, 'debug, info, warn or error'),
    maxMemoryMb: Number(matching('maxMemoryMb', /^$|^[1-9]\d{2,7}$/, 'a number of megabytes of at least 100')) || undefined,
    egressAllow: list('egressAllow', /^[\da-fA-F.:]+(\/\d{1,3})?$/, 'a list of address ranges such as 10.1.2.0/24,10.1.3.4'),
    egressDeny: list('egressDeny', /^[\da-fA-F.:]+(\/\d{1,3})?$/, 'a list of address ranges such as 198.51.100.0/24,2001:db8::/32'),
    nameServers: list('nameServers', /^[\da-fA-F.:[\]]+$/, 'a list of addresses such as 192.0.2.53,192.0.2.54:5353'),
    runsc: matching('runsc', /^$|^\/./, 'an absolute path') || undefined,
    signUp: matching('signUp', /^(open|invitation|closed)$/, 'open, invitation or closed') as Options['signUp'],
    packageBucket: bucket('packageBucket'),
    packageHistoryDays: Number(matching('packageHistoryDays', /^\d{1,5}$/, 'a whole number of days')),
    codeUrlEndpoints: list('codeUrlEndpoints', /^https?:\/\/[^\s/?#@]+\/?$/, 'a list of URLs such as https://obs.example.com'),
    logTransferEndpoint: matching('logTransferEndpoint', /^$|^https?:\/\/[^\s/]+\/?$/, 'a URL such as https://storage.example.com') || undefined,
    victoriaLogsUrl: matching('victoriaLogsUrl', /^$|^https?:\/\/[^\s/]+(\/[^\s?#]*)?$/, 'a URL such as http://victorialogs.example.com:9428') || undefined,
    victoriaLogsInsertUrl: matching('victoriaLogsInsertUrl', /^$|^https?:\/\/[^\s/]+(\/[^\s?#]*)?$/, 'a URL such as http://vlinsert.example.com:9481') || undefined,
    kafka: parseKafkaAddress(read('kafkaBrokers'), read('kafkaPrefix'), problems),
  };
  if (new Set([options.apiPort, options.gatewayPort, options.grpcPort]).size < 3) problems.push('the API, gateway and gRPC ports must differ');
  return problems.length > 0 ? { problems } : { run: options };
}

export function helpText(): string {
  const rows = Object.values(RULES).map((rule: OptionRule) => [`${rule.flag} ${rule.value}`, rule.variable, `${rule.help}${rule.default === '' ? '' : ` [${rule.default}]`}`] as const);
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const table = rows.map((row) => `  ${row[0].padEnd(width(0))}  ${row[1].padEnd(width(1))}  ${row[2]}`).join('\n');
  return `Windlass ${version()}: HTTP functions on your own machines

Usage: npm start                     start everything on this machine
       npm start -- [options]

Options (flag, environment variable, meaning [default]):
${table}
  ${'--help'.padEnd(width(0))}  ${''.padEnd(width(1))}  this text

When it is ready it prints the addresses and writes them, with the credentials of the administrator and of the demo
tenant, to credentials.json in the data directory (readable by you only). Ctrl-C stops everything; the data stays.
`;
}

function version(): string {
  const manifest = join(import.meta.dirname, '../../../package.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version : '';
}

function splitOnce(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}
