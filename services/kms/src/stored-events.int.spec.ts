import { join } from 'node:path';
import { itReadsReleasedEvents } from '@windlass/event-store/testing/released-events';
import { KeyEvent } from '@windlass/contracts/kms/v1/kms_events';
import { openDatabase } from './database.js';
import { publishKey } from './key/index.js';
import { READ_MODELS, rebuildReadModels } from './rebuild-read-models.js';
import { eventTypes, openEvents } from './stored-events.js';

describe('the events this service has ever stored', () => {
  itReadsReleasedEvents({ folder: join(import.meta.dirname, '../fixtures/events'), eventTypes, openDatabase, openEvents, rebuild: rebuildReadModels, tables: READ_MODELS, translate: publishKey, decode: ({ payload }) => KeyEvent.decode(payload) });
});
