import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { AccountCopy, followAccounts } from '@windlass/accounts';
import { EventSourceServiceService } from '@windlass/contracts/history/v1/event_source_service';
import { LogSearchServiceService } from '@windlass/contracts/logs/v1/log_search_service';
import { LogServiceService } from '@windlass/contracts/logs/v1/log_service';
import { LogStreamServiceService } from '@windlass/contracts/logs/v1/log_stream_service';
import { LogTailServiceService } from '@windlass/contracts/logs/v1/log_tail_service';
import { LogTransferServiceService } from '@windlass/contracts/logs/v1/log_transfer_service';
import { ProjectResourceServiceService } from '@windlass/contracts/logs/v1/project_resources';
import { closeAll, GrpcErrorFilter, grpcServer, listen, type RunningService } from '@windlass/grpc';
import { createLogger, type Logger } from '@windlass/telemetry';
import { openDatabase } from './database.js';
import { LogIngestion } from './ingestion/log-ingestion.js';
import type { KafkaAddress } from '@windlass/event-bus';
import { openLogsBus } from './ingestion/open-logs-bus.js';
import { LogStreamTable } from './log-stream/index.js';
import { LogsModule } from './logs.module.js';
import { PostgresLogStore } from './postgres-log-store/index.js';
import { Retention } from './retention/retention.js';
import { LogsSettings } from './settings.js';
import { Transfers, TransferStorage, type TransferStorageAddress } from './transfer/index.js';
import { VictoriaLogsLogStore, type VictoriaLogsAddress } from './victorialogs-log-store/index.js';
import type { LogStore } from './lines/index.js';

const services = {
  'windlass.history.v1.EventSourceService': EventSourceServiceService,
  'windlass.logs.v1.LogSearchService': LogSearchServiceService,
  'windlass.logs.v1.LogService': LogServiceService,
  'windlass.logs.v1.LogStreamService': LogStreamServiceService,
  'windlass.logs.v1.LogTailService': { awaitLogs: LogTailServiceService.awaitLogs },
  'windlass.logs.v1.LogTransferService': LogTransferServiceService,
  'windlass.logs.v1.ProjectResourceService': ProjectResourceServiceService,
};

export interface LogsConfig {
  /** Where the service listens: "unix:/path" or "host:port". */
  readonly grpcAddress: string;
  readonly databaseUrl: string;
  /** Signs the callers that the edge names: 32 bytes. */
  readonly principalKey: Buffer;
  /** The database of the event bus; the service's own unless told. */
  readonly busUrl?: string;
  /** The event bus, where it is Kafka. */
  readonly kafka?: KafkaAddress;
  /** Days, 1 to 365; 30 by default. */
  readonly defaultRetentionDays?: number;
  /** What every account has unless an operator sets its quota; 100 by default. */
  readonly groupsPerAccount?: number;
  /** 100 by default. */
  readonly streamsPerGroup?: number;
  /** 2000 by default. */
  readonly functionStreamsPerGroup?: number;
  /** Where tenants may have their logs shipped to; nowhere unless told. */
  readonly transferStorage?: TransferStorageAddress;
  /** Keeps lines in VictoriaLogs; in PostgreSQL unless told. */
  readonly victoriaLogs?: VictoriaLogsAddress;
  readonly logger?: Logger;
}

/** Starts the log service: its gRPC server, the ingestion of lines from the bus, and the deletion of old ones. */
export async function startLogs(config: LogsConfig): Promise<RunningService> {
  const logger = config.logger ?? createLogger('logs');
  const opened: RunningService[] = [];
  try {
    const dataSource = await openDatabase(config.databaseUrl);
    opened.push({ close: () => dataSource.destroy() });
    const bus = await openLogsBus({ databaseUrl: config.busUrl ?? config.databaseUrl, kafka: config.kafka, logger });
    opened.push(bus);

    const lines = openLogStore(config, logger);
    opened.push(lines);
    const retention = new Retention(dataSource, lines, logger);
    retention.start();
    opened.push({ close: () => retention.stop() });
    const ingestion = await new LogIngestion(lines, new LogStreamTable(dataSource), logger).start(bus);
    opened.push({ close: () => ingestion.stop() });

    const storage = new TransferStorage(config.transferStorage);
    const transfers = new Transfers(dataSource, lines, storage, logger);
    transfers.start();
    opened.push({ close: () => transfers.stop() });

    const accounts = new AccountCopy('logs', { lts_group_num: config.groupsPerAccount, lts_stream_num: config.streamsPerGroup });
    const following = await followAccounts({ bus, dataSource, copy: accounts, group: 'logs.accounts' });
    opened.push({ close: () => following.stop() });

    const settings = new LogsSettings(config.defaultRetentionDays ?? 30, config.functionStreamsPerGroup ?? 2000);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(LogsModule.of({ dataSource, lines, settings, storage, accounts, principalKey: config.principalKey }), {
      ...grpcServer({ address: config.grpcAddress, services: services as never }),
      logger: false,
      abortOnError: false,
    });
    opened.push(app);
    app.useGlobalFilters(new GrpcErrorFilter(logger));
    await listen(app, config.grpcAddress);
    logger.info({ address: config.grpcAddress }, 'the log service is ready');
    return { close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

function openLogStore({ databaseUrl: connectionString, victoriaLogs: address }: LogsConfig, logger: Logger): LogStore {
  return address === undefined ? new PostgresLogStore({ connectionString, logger }) : new VictoriaLogsLogStore({ connectionString, address, logger });
}
