import { type DynamicModule, Module } from '@nestjs/common';
import { CallContextReader } from '@windlass/grpc';
import { PrincipalSigner, PrincipalVerifier } from '@windlass/principal';
import { AuditController } from './audit/audit.controller.js';
import { AuditTrail } from './audit/list-audit-events.js';
import { PastResources } from './audit/show-resource.js';
import { EventSources } from './source/event-sources.js';
import type { HistoryConfig } from './start-history.js';

@Module({})
export class HistoryModule {
  static with({ principalKey, sources }: HistoryConfig): DynamicModule {
    return {
      module: HistoryModule,
      controllers: [AuditController],
      providers: [
        { provide: CallContextReader, useValue: new CallContextReader(new PrincipalVerifier(principalKey)) },
        { provide: EventSources, useFactory: () => new EventSources(sources, new PrincipalSigner(principalKey)) },
        AuditTrail,
        PastResources,
      ],
    };
  }
}
