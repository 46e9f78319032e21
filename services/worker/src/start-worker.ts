import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AgencyServiceClient } from '@windlass/contracts/iam/v1/agency_service';
import { AccountCopy, followAccounts, KnownAccounts } from '@windlass/accounts';
import { CatalogServiceClient } from '@windlass/contracts/registry/v1/catalog_service';
import { SealedVersionServiceClient } from '@windlass/contracts/registry/v1/sealed_version_service';
import { WorkerServiceService } from '@windlass/contracts/worker/v1/worker_service';
import { openEventBus, type KafkaAddress } from '@windlass/event-bus';
import { closeAll, connect, GrpcErrorFilter, grpcServer, listen, removeDeadSocket, type RunningService } from '@windlass/grpc';
import { CoarseTimers } from '@windlass/coarse-timers';
import type { FunctionServer } from '@windlass/function-exchange';
import { createLogger, type Logger } from '@windlass/telemetry';
import { AccountAdmission } from './account/index.js';
import { AliasCatalog, followFunctionEvents, FunctionCatalog, KnownFunctions, openDatabase, ReservedFunctions, VersionFinder } from './catalog/index.js';
import { CodeCache, downloadPackage, LayeredCode } from './code/index.js';
import { ControlModule } from './control/index.js';
import { startExchangeServer, type ExchangeServer } from './data-path/index.js';
import { followKeys, KeyStates, revoked, unstartable } from './customer-key/index.js';
import { drain } from './drain.js';
import { CredentialCache, issueCredentials } from './function-credentials/index.js';
import { FactPublisher } from './invocation-facts/index.js';
import { createInstanceHost, prepareRuntimes, type EgressOptions } from './instance/index.js';
import { Invoker } from './invocation/index.js';
import { FunctionLog, LogShipper } from './log-shipping/index.js';
import { FunctionPools, launchFunction } from './pool/index.js';
import { openMemoryFolder, SealedCodePackages, unlockFunction } from './sealed/index.js';
import { defaultLimits, type WorkerLimits } from './worker-limits.js';

export interface WorkerConfig {
  /** Names this worker among others; keeps its place in the event bus over restarts. */
  readonly workerId: string;
  /** Where control calls are answered: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  /** Path of the unix socket for requests of gateways in other processes; none is opened when absent. */
  readonly dataSocket?: string;
  /** Where the registry answers. */
  readonly registryAddress: string;
  /** Where iam answers: it issues the credentials of functions. */
  readonly iamAddress: string;
  readonly databaseUrl: string;
  /** The database of the event bus; the service's own unless told. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  /** For extracted code and runtimes; private to this worker. */
  readonly dataDirectory: string;
  /** Where code under customers' keys lies in the clear: must be in memory; /dev/shm unless told. */
  readonly memoryDirectory?: string | undefined;
  /** What functions with public access may reach. */
  readonly egress?: EgressOptions;
  /** gVisor's runsc, when it is not where programs are. */
  readonly runsc?: string | undefined;
  /** What differs from `defaultLimits`. */
  readonly limits?: Partial<WorkerLimits>;
  readonly logger?: Logger;
}

export interface RunningWorker extends RunningService {
  /** For a gateway in this process. */
  readonly functions: FunctionServer;
}

/** Longest download of one package. */
const DOWNLOAD_MS = 120_000;
const SPEC_MS = 5_000;

/** Starts a worker. What was started is closed again when a later step fails. */
export async function startWorker(config: WorkerConfig): Promise<RunningWorker> {
  const logger = config.logger ?? createLogger('worker');
  const limits = { ...defaultLimits(), ...config.limits };
  const clock = (): number => performance.now();
  const started: RunningService[] = [];
  const own = <T extends RunningService>(service: T): T => {
    started.push(service);
    return service;
  };
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    own({ close: () => dataSource.destroy() });
    const bus = own(await openEventBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, publisher: `worker.${config.workerId}`, logger }));
    await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
    const accounts = new KnownAccounts();
    const accountCopy = new AccountCopy('worker');
    // What waits in the spool is shipped from the start on, and each account's at its own rate.
    for (const standing of await accountCopy.all(dataSource.manager)) accounts.learn(standing);
    const shipper = own(await LogShipper.open({
      bus,
      logger,
      spoolDirectory: join(config.dataDirectory, 'log-spool'),
      rateOf: (domainId) => ({ linesPerSecond: accounts.quotaOf(domainId, 'lts_line_rate'), bytesPerSecond: accounts.quotaOf(domainId, 'lts_kb_rate') * 1024 }),
      maxSpoolBytes: limits.logSpoolMb * 1024 * 1024,
      maxSpoolBytesOfAccount: limits.accountLogSpoolMb * 1024 * 1024,
    }));
    const facts = own(new FactPublisher({ bus, logger, workerId: config.workerId }));
    const registry = connect(CatalogServiceClient, config.registryAddress);
    own({ close: async () => registry.close() });
    const sealedVersions = connect(SealedVersionServiceClient, config.registryAddress);
    own({ close: async () => sealedVersions.close() });
    const agencies = connect(AgencyServiceClient, config.iamAddress);
    own({ close: async () => agencies.close() });

    const runtimesDirectory = join(config.dataDirectory, 'runtimes');
    await prepareRuntimes(runtimesDirectory);
    const codeDirectory = join(config.dataDirectory, 'code');
    const packages = await CodeCache.open({
      directory: codeDirectory,
      maxBytes: limits.codeCacheMb * 1024 * 1024,
      download: (digest) => downloadPackage(registry.client, digest, DOWNLOAD_MS),
    });
    const code = await LayeredCode.open(packages, join(codeDirectory, 'layered'));
    const folder = await openMemoryFolder(config.memoryDirectory ?? '/dev/shm', config.dataDirectory);
    if ('missing' in folder) logger.warn({ missing: folder.missing }, 'functions with code under customers\' keys cannot run here');
    const sealedCode = own(
      new SealedCodePackages({
        folder,
        maxBytes: limits.sealedCodeMb * 1024 * 1024,
        download: (digest) => downloadPackage(registry.client, digest, DOWNLOAD_MS),
        holdLayer: (digest) => packages.hold(digest),
      }),
    );
    const keyStates = new KeyStates();
    const host = own(await createInstanceHost({ logger, runsc: config.runsc, ...(config.egress === undefined ? {} : { egress: config.egress }) }));

    const maxStreamedBytes = limits.maxStreamedMb * 1024 * 1024;
    const log = new FunctionLog(shipper, limits.loggedRequests);
    const pools: FunctionPools = own(
      new FunctionPools(
        {
          launch: launchFunction({
            ...{ host, code, sealedCode, unlock: unlockFunction(sealedVersions, logger), runtimesDirectory, maxStreamedBytes, logger },
            isolationOf: (domainId) => accounts.isolationOf(domainId),
          }),
          limits: { queueLength: limits.queueLength, maxWaiting: limits.maxWaiting, queueWaitMs: limits.queueWaitSeconds * 1_000, stopGraceMs: limits.stopGraceSeconds * 1_000 },
          observer: log,
          clock,
          newInstanceId: randomUUID,
          unstartable: (spec) => unstartable(keyStates, spec),
        },
        {
          maxInstances: limits.maxInstances,
          maxMemoryMb: limits.maxMemoryMb,
          maxStarting: limits.maxStarting,
          freezeMs: limits.freezeSeconds * 1_000,
          idleMs: limits.idleSeconds * 1_000,
          drainMs: limits.drainSeconds * 1_000,
        },
      ),
    );
    const followingAccounts = await followAccounts({
      bus,
      dataSource,
      copy: accountCopy,
      group: `worker.${config.workerId}.accounts`,
      learn: (standing) => {
        const { domainId, status, isolation } = standing;
        const before = accounts.isolationOf(domainId);
        accounts.learn(standing);
        if (isolation === 'strong' && before !== 'strong') pools.drainOrdinary(domainId);
        if (status !== 'active') pools.retireAccount(domainId, { kind: 'ACCOUNT_NOT_ACTIVE', status });
      },
    });
    own({ close: () => followingAccounts.stop() });
    const catalog = new FunctionCatalog(
      (func_id, version) => registry.showFunctionSpec({ func_id, version }, { deadlineMs: SPEC_MS }),
      { superseded: (functionId, version, belowRevision) => pools.retire(functionId, version, belowRevision) },
    );
    const reserved = new ReservedFunctions({
      find: (functionId, version, revision) => catalog.find(functionId, version, revision),
      keep: (spec) => pools.keepReserved(spec),
      mayRun: (domainId) => accounts.statusOf(domainId) === 'active',
    });
    own({ close: async () => reserved.close() });
    const aliases = new AliasCatalog((func_id, alias) => registry.showFunctionAlias({ func_id, alias }, { deadlineMs: SPEC_MS }));
    const following = await followFunctionEvents({ bus, workerId: config.workerId, catalog, aliases, kept: new KnownFunctions(dataSource), reserved });
    own({ close: () => following.stop() });

    const followingKeys = await followKeys({
      bus,
      workerId: config.workerId,
      states: keyStates,
      changed: ({ keyId, state }) => (state === 'enabled' ? pools.restoreKey(keyId) : pools.revokeKey(keyId, revoked(keyId, state))),
    });
    own({ close: () => followingKeys.stop() });

    const credentials = new CredentialCache(issueCredentials(agencies), logger);
    const invoker = new Invoker({
      functions: new VersionFinder(catalog, aliases),
      accounts: new AccountAdmission(accounts),
      credentials,
      pools,
      log,
      facts,
      logger,
      timers: new CoarseTimers(),
      maxStreamedBytes,
      appTimers: { connectMs: limits.connectSeconds * 1_000, firstByteMs: limits.firstByteSeconds * 1_000, idleMs: limits.silenceSeconds * 1_000 },
      clock,
    });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(ControlModule.of({ invoker, pools, log }), {
      ...grpcServer({ address: config.grpcAddress, services: { 'windlass.worker.v1.WorkerService': WorkerServiceService as never } }),
      logger: false,
      abortOnError: false,
    });
    own(app);
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    await listen(app, config.grpcAddress);
    const data = config.dataSocket === undefined ? undefined : own(await openDataSocket(config.dataSocket, invoker, limits));
    logger.info({ worker: config.workerId, dataSocket: config.dataSocket, isolation: host.isolation }, 'worker is ready');
    return {
      functions: invoker,
      close: async () => {
        await drain(data, pools, limits.closeSeconds * 1_000);
        await closeAll(started);
      },
    };
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}

async function openDataSocket(socketPath: string, functions: FunctionServer, limits: WorkerLimits): Promise<ExchangeServer> {
  await removeDeadSocket(`unix:${socketPath}`);
  const upgradeLimits = { idleMs: limits.upgradeIdleSeconds * 1_000, maxMs: limits.upgradeMaxSeconds * 1_000 };
  return startExchangeServer({ socketPath, functions, upgradeLimits, maxConnections: limits.maxConnections });
}
