import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CallContextReader } from '@windlass/grpc';
import { PrincipalSigner, PrincipalVerifier } from '@windlass/principal';
import type { DataSource } from 'typeorm';
import { AuditController } from './audit/audit.controller.js';
import { AuditTrail } from './audit/list-audit-events.js';
import { PastResources } from './audit/show-resource.js';
import { AccountSchedule } from './checkpoint/account-schedule.js';
import { CallerPatience } from './checkpoint/caller-patience.js';
import { HistoryCheck } from './checkpoint/check-history.js';
import { CheckpointController } from './checkpoint/checkpoint.controller.js';
import { CheckpointTable } from './checkpoint/checkpoint-table.js';
import { Checkpoints } from './checkpoint/checkpoints.js';
import { CheckpointList } from './checkpoint/list-checkpoints.js';
import { CheckpointMaker } from './checkpoint/make-checkpoint.js';
import { PlatformSigner } from './checkpoint/platform-signer.js';
import { CoveredLog } from './export/covered-log.js';
import { HistoryExport } from './export/export-history.js';
import { EventSources } from './source/event-sources.js';
import type { HistoryConfig } from './start-history.js';

@Module({})
export class HistoryModule {
  static with({ principalKey, sources: addresses, intervalMs, largestStep, waitForCaller }: HistoryConfig & { readonly intervalMs: number }, dataSource: DataSource): DynamicModule {
    const sources = new EventSources(addresses, new PrincipalSigner(principalKey));
    const signer = new PlatformSigner(addresses.kms);
    const table = new CheckpointTable(dataSource);
    const schedule = new AccountSchedule(dataSource, intervalMs);
    const log = new CoveredLog(table, sources);
    const maker = new CheckpointMaker(new HistoryCheck(table, log, signer), sources, table, signer, largestStep === undefined ? {} : { largestStep });
    const providers: Provider[] = [
      { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(principalKey)) },
      { provide: EventSources, useFactory: () => sources },
      { provide: PlatformSigner, useFactory: () => signer },
      { provide: AccountSchedule, useValue: schedule },
      { provide: Checkpoints, useValue: new Checkpoints(maker, schedule) },
      { provide: CallerPatience, useValue: new CallerPatience(waitForCaller) },
      { provide: CheckpointList, useValue: new CheckpointList(table, schedule) },
      { provide: HistoryExport, useValue: new HistoryExport(table, log, signer) },
      AuditTrail,
      PastResources,
    ];
    return { module: HistoryModule, controllers: [AuditController, CheckpointController], providers };
  }
}
