import { Global, Module } from '@nestjs/common';
import { EventStore } from '@windlass/event-store';
import { EventSource, EventSourceController, History } from '@windlass/resource-history';
import { PUBLIC_API_URL } from '../settings.js';
import { AccountHistoryController } from './account-history.controller.js';
import { accountResources } from './account-resources.js';
import { PastAccount } from './past-account.js';

/** What iam tells the history service, and what reads as of a time go by. */
@Global()
@Module({
  controllers: [EventSourceController, AccountHistoryController],
  providers: [
    PastAccount,
    { provide: History, inject: [EventStore], useFactory: (store: EventStore) => new History(store, { service: 'iam', invalidCode: 'IAM.0007' }) },
    { provide: EventSource, inject: [History, PUBLIC_API_URL], useFactory: (history: History, url: string) => new EventSource(history, accountResources(url)) },
  ],
  exports: [PastAccount],
})
export class HistoryModule {}
