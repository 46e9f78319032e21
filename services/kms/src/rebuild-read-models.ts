import { rebuildProjection, replay, type EventStore } from '@windlass/event-store';
import { GrantRow, isKeyStream, key, KeyRow, KeyTable } from './key/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['kms.keys', 'kms.key_grants'];

/** Makes the table of keys again from the events, in one transaction; answers how many events that took. Material stays. */
export function rebuildReadModels(store: EventStore): Promise<number> {
  const keys = new KeyTable(store.dataSource);
  return rebuildProjection({
    store,
    reset: async (manager) => {
      await manager.deleteAll(KeyRow);
      await manager.deleteAll(GrantRow);
    },
    replays: [
      replay({
        owns: isKeyStream,
        decider: key,
        project: (manager, events) => keys.applyAll(manager, events),
      }),
    ],
  });
}
