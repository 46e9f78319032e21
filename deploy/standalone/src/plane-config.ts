import { DEFAULT_BODY_LIMIT_BYTES, type ApiConfig } from '@windlass/api';
import type { GatewayConfig } from '@windlass/gateway';
import type { HistoryConfig } from '@windlass/history';
import type { IamConfig } from '@windlass/iam';
import type { KmsConfig } from '@windlass/kms';
import type { LogsConfig } from '@windlass/logs';
import type { RegistryConfig } from '@windlass/registry';
import type { WorkerConfig } from '@windlass/worker';
import type { DataDirectory } from './data-directory.js';
import type { Options } from './options.js';
import type { RunDirectory } from './run-directory.js';

type WithoutLogger<C> = Omit<C, 'logger'>;

/** What the control plane is told over its channel. */
export interface ControlPlaneConfig {
  readonly logLevel: string;
  readonly iam: WithoutLogger<IamConfig>;
  readonly kms: WithoutLogger<KmsConfig>;
  readonly logs: WithoutLogger<LogsConfig>;
  readonly registry: WithoutLogger<RegistryConfig>;
  readonly history: WithoutLogger<HistoryConfig>;
  readonly api: WithoutLogger<ApiConfig>;
}

/** What the data plane is told over its channel. */
export interface DataPlaneConfig {
  readonly logLevel: string;
  readonly worker: WithoutLogger<WorkerConfig>;
  readonly gateway: Omit<WithoutLogger<GatewayConfig>, 'localWorker'>;
}

/** Where each service of this machine is found, and with which keys. Nothing here is read twice or from elsewhere. */
export function planeConfigs(
  options: Options,
  data: DataDirectory,
  run: RunDirectory,
  databaseUrl: string,
): { readonly control: ControlPlaneConfig; readonly dataPlane: DataPlaneConfig } {
  const { region, logLevel, host, apiPort, gatewayPort, grpcPort, gatewayDomain } = options;
  const principalKey = data.key('principal');
  const bus = options.kafka === undefined ? {} : { kafka: options.kafka };
  const address = {
    iam: run.grpc('iam'),
    kms: run.grpc('kms'),
    logs: run.grpc('logs'),
    registry: run.grpc('registry'),
    history: run.grpc('history'),
    worker: run.grpc('worker'),
    gateway: run.grpc('gateway'),
  };
  const publicUrl = `http://${reachable(host)}:${apiPort}`;
  return {
    control: {
      logLevel,
      iam: { grpcAddress: address.iam, databaseUrl, ...bus, region, principalKey, secretsKey: data.key('iam-secrets'), publicApiUrl: publicUrl, registryAddress: address.registry, logsAddress: address.logs, kmsAddress: address.kms, signUp: options.signUp },
      kms: { grpcAddress: address.kms, iamAddress: address.iam, databaseUrl, ...bus, region, principalKey, rootKey: data.key('kms-root') },
      logs: { grpcAddress: address.logs, databaseUrl, ...bus, principalKey, ...logTransfers(options), ...logStore(options) },
      registry: {
        grpcAddress: address.registry,
        databaseUrl,
        ...bus,
        region,
        principalKey,
        secretsKey: data.key('registry-secrets'),
        packages: options.packageBucket === undefined ? { directory: data.packages } : { bucket: options.packageBucket },
        packageHistory: { days: options.packageHistoryDays },
        codeUrlEndpoints: options.codeUrlEndpoints,
        logsAddress: address.logs,
        iamAddress: address.iam,
        kmsAddress: address.kms,
        gatewayUrl: { scheme: 'http', host: reachable(host), port: gatewayPort, domain: gatewayDomain },
      },
      history: {
        grpcAddress: address.history,
        databaseUrl,
        sources: { iam: address.iam, kms: address.kms, logs: address.logs, registry: address.registry },
        principalKey,
      },
      api: {
        host,
        port: apiPort,
        grpcHost: host,
        grpcPort,
        principalKey,
        linkKey: data.key('link'),
        publicUrl,
        serviceAddresses: {
          'windlass.history.v1': address.history,
          'windlass.iam.v1': address.iam,
          'windlass.kms.v1': address.kms,
          'windlass.logs.v1': address.logs,
          'windlass.registry.v1': address.registry,
        },
        workerAddresses: [address.worker],
        bodyLimitBytes: DEFAULT_BODY_LIMIT_BYTES,
      },
    },
    dataPlane: {
      logLevel,
      worker: {
        workerId: 'local',
        grpcAddress: address.worker,
        registryAddress: address.registry,
        iamAddress: address.iam,
        databaseUrl,
        ...bus,
        dataDirectory: data.worker,
        egress: { allow: options.egressAllow, deny: options.egressDeny, nameServers: options.nameServers },
        runsc: options.runsc,
        limits: options.maxMemoryMb === undefined ? {} : { maxMemoryMb: options.maxMemoryMb },
      },
      gateway: {
        host,
        port: gatewayPort,
        gatewayDomain,
        grpcAddress: address.gateway,
        registryAddress: address.registry,
        iamAddress: address.iam,
        workerSockets: [],
        databaseUrl,
        ...bus,
      },
    },
  };
}

/** The address a client on this machine uses for a server that listens on `host`. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function logTransfers({ logTransferEndpoint: endpoint }: Options): Pick<LogsConfig, 'transferStorage'> {
  return endpoint === undefined ? {} : { transferStorage: { endpoint, region: 'us-east-1', credentials: undefined } };
}

function logStore({ victoriaLogsUrl: url, victoriaLogsInsertUrl: insertUrl }: Options): Pick<LogsConfig, 'victoriaLogs'> {
  return url === undefined ? {} : { victoriaLogs: { url, insertUrl } };
}
