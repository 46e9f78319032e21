import { join } from 'node:path';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { itReadsReleasedEvents } from '@windlass/event-store/testing/released-events';
import { publishAccount } from './account/account.published.js';
import { openDatabase } from './database/open-database.js';
import { READ_MODELS, rebuildReadModels } from './database/rebuild-read-models.js';
import { invitation, invitationStream } from './invitation/invitation.decider.js';
import { eventTypes, openEvents } from './stored-events.js';

describe('the events this service has ever stored', () => {
  itReadsReleasedEvents({
    folder: join(import.meta.dirname, '../fixtures/events'),
    eventTypes,
    openDatabase,
    openEvents,
    rebuild: rebuildReadModels,
    tables: READ_MODELS,
    modelless: { owns: (streamId) => streamId.startsWith(invitationStream('')), decider: invitation },
    translate: publishAccount,
    decode: ({ payload }) => AccountEvent.decode(payload),
  });
});
