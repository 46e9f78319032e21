import 'reflect-metadata';
import { readDescriptors } from '@windlass/contracts';
import { closeAll, type RunningService } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { createAdapters, createGrpcAdapters, type Adapters } from './adapter/index.js';
import type { ApiConfig } from './api-config.js';
import { Admission, Authenticator, EffectivePolicies } from './caller/index.js';
import { OpenApiDocument } from './docs/open-api.js';
import { TenantGrpcServer } from './grpc/index.js';
import { readOperations, RouteTable, type Operation } from './operation/index.js';
import { PackageLinks } from './package-link/index.js';
import { BodyMemory } from './rest/body-memory.js';
import { HttpServer } from './rest/http-server.js';
import { OperationServer } from './rest/operation-server.js';
import { PlatformHealth, Services, Workers } from './upstream/index.js';

export interface RunningApi extends RunningService {
  /** Ports that are listened on, also when the configuration left the choice to the system. */
  readonly port: number;
  readonly grpcPort: number;
}

const IAM = 'windlass.iam.v1';
const BODIES_AT_ONCE = 8;

/** Starts the REST and gRPC edge. Fails when the contracts or the configuration leave an operation without a way. */
export async function startApi(config: ApiConfig): Promise<RunningApi> {
  const logger = config.logger ?? createLogger('api');
  const operations = readOperations(readDescriptors());
  const services = new Services(config.serviceAddresses, new PrincipalSigner(config.principalKey));
  const workers = new Workers(config.workerAddresses);
  const links = new PackageLinks(config.linkKey, config.publicUrl);
  const adapters = createAdapters({ services, workers, links });
  requireServable(operations, adapters, config);

  const iam = config.serviceAddresses[IAM] ?? '';
  const authenticator = new Authenticator(iam);
  const policies = new EffectivePolicies(iam);
  const admission = new Admission(policies);
  const health = new PlatformHealth(services, workers);
  const codeLimitBytes = config.bodyLimitBytes;
  const bodyMemory = new BodyMemory(BODIES_AT_ONCE * codeLimitBytes);
  const operationServer = new OperationServer({ routes: new RouteTable(operations), authenticator, admission, adapters, bodyMemory, codeLimitBytes, logger });
  const document = new OpenApiDocument(operations, config.publicUrl);

  const started: RunningService[] = [closing(services), closing(workers), closing(authenticator), closing(policies)];
  try {
    const grpc = new TenantGrpcServer({ operations, adapters: createGrpcAdapters({ services, workers, links }), authenticator, admission, health, codeLimitBytes, logger });
    const grpcPort = await grpc.listen(config.grpcHost, config.grpcPort);
    started.push(grpc);
    const http = await HttpServer.start({ operationServer, services, links, health, document }, { host: config.host, port: config.port, logger });
    started.push(http);
    logger.info({ port: http.port, grpcPort, operations: operations.length }, 'the edge listens');
    return { port: http.port, grpcPort, close: () => closeAll(started) };
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}

/** Every operation must lead somewhere before the first request arrives. */
function requireServable(operations: readonly Operation[], adapters: Adapters, config: ApiConfig): void {
  const owners = new Set([IAM, ...operations.map((operation) => operation.owner)]);
  const names = new Set(operations.map((operation) => operation.adapter));
  const problems = [
    ...[...owners].filter((owner) => config.serviceAddresses[owner] === undefined).map((owner) => `no address for ${owner}`),
    ...[...names].filter((name) => !adapters.has(name)).map((name) => `no adapter "${name}"`),
  ];
  if (problems.length > 0) throw new Error(`the edge cannot start: ${problems.join(', ')}`);
}

function closing(part: { close(): void }): RunningService {
  return { close: () => Promise.resolve(part.close()) };
}
