import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AuditServiceService } from '@windlass/contracts/history/v1/audit_service';
import { GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger, type Logger } from '@windlass/telemetry';
import { HistoryModule } from './history.module.js';
import type { SourceName } from './source/event-sources.js';

const services = {
  'windlass.history.v1.AuditService': AuditServiceService,
};

export interface HistoryConfig {
  /** Where the service listens: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  /** Where the services that keep events answer. */
  readonly sources: Readonly<Record<SourceName, string>>;
  /** Signs the callers that the edge names: 32 bytes. */
  readonly principalKey: Buffer;
  readonly logger?: Logger;
}

/** Starts the service and resolves when it accepts calls. */
export async function startHistory(config: HistoryConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('history');
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(HistoryModule.with(config), {
    ...grpcServer({ address: config.grpcAddress, services: services as never }),
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new GrpcErrorFilter(logger));
  try {
    await listen(app, config.grpcAddress);
  } catch (error) {
    await app.close();
    throw error;
  }
  logger.info({ address: config.grpcAddress }, 'the history service accepts calls');
  return { close: () => app.close() };
}
