import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AccountCopy, followAccounts, KnownAccounts } from '@windlass/accounts';
import { GatewayServiceService } from '@windlass/contracts/gateway/v1/gateway_service';
import { AuthenticationServiceClient } from '@windlass/contracts/iam/v1/authentication_service';
import { CatalogServiceClient } from '@windlass/contracts/registry/v1/catalog_service';
import { openEventBus, type KafkaAddress } from '@windlass/event-bus';
import { closeAll, connect, GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import type { FunctionServer } from '@windlass/function-exchange';
import { createLogger, type Logger } from '@windlass/telemetry';
import { IamAuthenticator } from './authentication/index.js';
import { Ingress, RouteTable, type IngressLimits } from './data-path/index.js';
import { GatewayModule } from './gateway.module.js';
import { followRouteEvents, KnownRoutes, openDatabase } from './route/index.js';

export interface GatewayConfig {
  /** Names this gateway among others; keeps its place in the event bus over restarts. "local" by default. */
  readonly gatewayId?: string;
  /** Where the public listens. Port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /**
   * The name below which the URLs of functions are handed out, told in the log so that an operator can compare. Addresses
   * below any other name are served just so: a host that begins with a group id is enough.
   */
  readonly gatewayDomain?: string;
  /** Where control calls are answered: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  readonly registryAddress: string;
  readonly iamAddress: string;
  /** The worker in this process, if there is one. */
  readonly localWorker?: FunctionServer;
  /** Paths of the data sockets of workers in other processes. */
  readonly workerSockets: readonly string[];
  readonly databaseUrl: string;
  /** The database of the event bus; the service's own unless told. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  /** What differs from the default limits. */
  readonly limits?: Partial<IngressLimits>;
  readonly logger?: Logger;
}

export interface RunningGateway extends RunningService {
  /** The port that is listened on, also when the configuration left the choice to the system. */
  readonly port: number;
}

const LOOKUP_MS = 3_000;

/** Starts a gateway: routes loaded, events followed, public port open. What was started is closed again when a later step fails. */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const logger = config.logger ?? createLogger('gateway');
  const started: RunningService[] = [];
  const own = <T extends RunningService>(service: T): T => {
    started.push(service);
    return service;
  };
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    own({ close: () => dataSource.destroy() });
    const bus = own(await openEventBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, publisher: `gateway.${config.gatewayId ?? 'local'}`, logger }));
    const registry = connect(CatalogServiceClient, config.registryAddress);
    own({ close: async () => registry.close() });
    const iam = connect(AuthenticationServiceClient, config.iamAddress);
    own({ close: async () => iam.close() });

    const routes = new RouteTable();
    const following = await followRouteEvents({ bus, gatewayId: config.gatewayId ?? 'local', table: routes, kept: new KnownRoutes(dataSource) });
    own({ close: () => following.stop() });

    const accounts = new KnownAccounts();
    const followingAccounts = await followAccounts({
      bus,
      dataSource,
      copy: new AccountCopy('gateway'),
      group: `gateway.${config.gatewayId ?? 'local'}.accounts`,
      learn: (standing) => accounts.learn(standing),
    });
    own({ close: () => followingAccounts.stop() });

    const ingress = own(
      await Ingress.listen({
        host: config.host,
        port: config.port,
        localWorker: config.localWorker,
        workerSockets: config.workerSockets,
        routes,
        fetchGroupRoutes: async (group_id) => (await registry.listGroupRoutes({ group_id }, { deadlineMs: LOOKUP_MS })).routes,
        authenticator: new IamAuthenticator(iam),
        accounts,
        limits: config.limits,
        logger,
      }),
    );
    const app = own(
      await NestFactory.createMicroservice<MicroserviceOptions>(GatewayModule.of({ ingress, routes }), {
        ...grpcServer({ address: config.grpcAddress, services: { 'windlass.gateway.v1.GatewayService': GatewayServiceService as never } }),
        logger: false,
        abortOnError: false,
      }),
    );
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    await listen(app, config.grpcAddress);
    logger.info({ host: config.host, port: ingress.port, domain: config.gatewayDomain, routes: routes.size }, 'the gateway is ready');
    return { port: ingress.port, close: () => closeAll(started) };
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}
