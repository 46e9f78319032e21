import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AuditServiceService } from '@windlass/contracts/history/v1/audit_service';
import { CheckpointServiceService } from '@windlass/contracts/history/v1/checkpoint_service';
import { closeAll, GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger, type Logger } from '@windlass/telemetry';
import { AccountSchedule } from './checkpoint/account-schedule.js';
import type { WaitForCaller } from './checkpoint/caller-patience.js';
import { CheckpointSchedule } from './checkpoint/checkpoint-schedule.js';
import { Checkpoints } from './checkpoint/checkpoints.js';
import { openDatabase } from './database.js';
import { HistoryModule } from './history.module.js';
import { EventSources, type SourceName } from './source/event-sources.js';

const services = {
  'windlass.history.v1.AuditService': AuditServiceService,
  'windlass.history.v1.CheckpointService': CheckpointServiceService,
};

const CHECKPOINT_INTERVAL_MS = 60 * 60_000;
const LOOK_MS = 30_000;

export interface HistoryConfig {
  /** Where the service listens: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  readonly databaseUrl: string;
  /** Where the services that keep events answer. kms, which is one of them, signs checkpoints too. */
  readonly sources: Readonly<Record<SourceName, string>>;
  /** Signs the callers that the edge names: 32 bytes. */
  readonly principalKey: Buffer;
  /** Milliseconds between two scheduled checkpoints of an account with new events; an hour unless told. 0 makes them on demand only. */
  readonly checkpointIntervalMs?: number;
  /** Milliseconds between two looks at which accounts have new events; half a minute unless told. */
  readonly lookMs?: number;
  /** Events of one service that one checkpoint adds at most. */
  readonly largestStep?: number;
  /** How long a caller waits for a checkpoint; 25 s unless told. */
  readonly waitForCaller?: WaitForCaller;
  readonly logger?: Logger;
}

/** Starts the service and resolves when it accepts calls. */
export async function startHistory(config: HistoryConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('history');
  const opened: RunningService[] = [];
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    opened.push({ close: () => dataSource.destroy() });
    const intervalMs = config.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS;
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(HistoryModule.with({ ...config, intervalMs }, dataSource), {
      ...grpcServer({ address: config.grpcAddress, services: services as never }),
      logger: false,
      abortOnError: false,
    });
    opened.push(app);
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    await listen(app, config.grpcAddress);
    const schedule = new CheckpointSchedule(app.get(EventSources), app.get(AccountSchedule), app.get(Checkpoints), logger, config.lookMs ?? LOOK_MS);
    opened.push(schedule);
    if (intervalMs > 0) schedule.start();
    logger.info({ address: config.grpcAddress }, 'the history service accepts calls');
    return { close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}
