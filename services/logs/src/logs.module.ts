import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AccountCopy } from '@windlass/accounts';
import { EventStore } from '@windlass/event-store';
import { CallContextReader } from '@windlass/grpc';
import { PrincipalVerifier } from '@windlass/principal';
import { EventSource, EventSourceController, History } from '@windlass/resource-history';
import { EnsureFunctionLogHandler } from './function-log/index.js';
import { LOG_RESOURCES } from './history/log-resources.js';
import { LogStore } from './lines/index.js';
import { ChangeLogGroupHandler, CreateLogGroupHandler, LogGroupTable } from './log-group/index.js';
import { LogServiceController } from './log-service.controller.js';
import { ChangeLogStreamHandler, CreateLogStreamHandler, DeleteLogStreamHandler, LogStreamController, LogStreamTable, TagLogResourceHandler } from './log-stream/index.js';
import { ProjectResourcesController } from './project-resources/project-resources.controller.js';
import { ListLogContextHandler, ListLogHistogramHandler, LogSearchController, QueryLogsHandler, SearchedStreams } from './query-logs/index.js';
import { LogsSettings } from './settings.js';
import { openEvents } from './stored-events.js';
import { ChangeTransfers, LogTransferController, ProgressTable, TransferStorage, TransferTable } from './transfer/index.js';
import { AwaitLogsHandler, LogTailController, StreamHeads } from './tail/index.js';

/** What is opened before the module, and closed after it. */
export interface LogsResources {
  readonly dataSource: DataSource;
  readonly lines: LogStore;
  readonly settings: LogsSettings;
  readonly storage: TransferStorage;
  readonly accounts: AccountCopy;
  readonly principalKey: Buffer;
}

@Module({})
export class LogsModule {
  static of({ dataSource, lines, settings, storage, accounts, principalKey }: LogsResources): DynamicModule {
    const events = openEvents(dataSource);
    const history = new History(events, { service: 'logs', invalidCode: 'LTS.0008' });
    const groups = new LogGroupTable(dataSource);
    const streams = new LogStreamTable(dataSource);
    const transfers = new TransferTable(dataSource);
    const resources: Provider[] = [
      { provide: EventStore, useValue: events },
      { provide: EventSource, useValue: new EventSource(history, LOG_RESOURCES) },
      { provide: LogGroupTable, useValue: groups },
      { provide: LogStreamTable, useValue: streams },
      { provide: SearchedStreams, useValue: new SearchedStreams(groups, streams) },
      { provide: LogStore, useValue: lines },
      { provide: StreamHeads, useValue: new StreamHeads(lines) },
      { provide: LogsSettings, useValue: settings },
      { provide: TransferTable, useValue: transfers },
      { provide: ProgressTable, useValue: new ProgressTable(dataSource) },
      { provide: ChangeTransfers, useValue: new ChangeTransfers(events, transfers) },
      { provide: TransferStorage, useValue: storage },
      { provide: AccountCopy, useValue: accounts },
      { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(principalKey)) },
    ];
    const handlers = [
      CreateLogGroupHandler,
      ChangeLogGroupHandler,
      CreateLogStreamHandler,
      ChangeLogStreamHandler,
      DeleteLogStreamHandler,
      TagLogResourceHandler,
      EnsureFunctionLogHandler,
      QueryLogsHandler,
      ListLogHistogramHandler,
      ListLogContextHandler,
      AwaitLogsHandler,
    ];
    const controllers = [LogServiceController, LogStreamController, LogSearchController, LogTailController, LogTransferController, ProjectResourcesController, EventSourceController];
    return { module: LogsModule, imports: [CqrsModule.forRoot()], controllers, providers: [...resources, ...handlers] };
  }
}
