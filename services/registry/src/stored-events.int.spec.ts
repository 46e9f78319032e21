import { join } from 'node:path';
import { AccountCopy } from '@windlass/accounts';
import { FunctionEvent, RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { itReadsReleasedEvents } from '@windlass/event-store/testing/released-events';
import { FUNCTIONS_TOPIC, publishedEvent } from './catalog/published-events.js';
import { openDatabase, SCHEMA } from './database/database.js';
import { READ_MODELS, rebuildReadModels } from './database/rebuild-read-models.js';
import { Quotas } from './quota/quota-usage.js';
import { packageHistory, packageUses } from './registry.module.js';
import { eventTypes, openEvents } from './stored-events.js';

describe('the events this service has ever stored', () => {
  itReadsReleasedEvents({
    folder: join(import.meta.dirname, '../fixtures/events'),
    eventTypes,
    openDatabase,
    openEvents,
    rebuild: (store) => rebuildReadModels(store, new Quotas(new AccountCopy(SCHEMA), SCHEMA), packageUses(), packageHistory({})),
    tables: READ_MODELS,
    translate: publishedEvent,
    decode: ({ topic, payload }) => (topic === FUNCTIONS_TOPIC ? FunctionEvent.decode(payload) : RouteEvent.decode(payload)),
  });
});
