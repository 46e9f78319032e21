import { rebuildProjection, replayRows, type EventStore } from '@windlass/event-store';
import { GrantRow, KeyRow, keyStream, projectKey } from './key/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['kms.keys', 'kms.key_grants'];

/** Makes the table of keys again from the events, in one transaction; answers how many events that took. Material stays. */
export function rebuildReadModels(store: EventStore): Promise<number> {
  return rebuildProjection({
    store,
    reset: async (manager) => {
      await manager.deleteAll(KeyRow);
      await manager.deleteAll(GrantRow);
    },
    replays: [replayRows({ streams: keyStream(''), tables: [KeyRow, GrantRow], project: projectKey })],
  });
}
