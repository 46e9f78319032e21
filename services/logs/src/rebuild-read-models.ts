import { rebuildProjection, replay, type EventStore } from '@windlass/event-store';
import { isLogGroupStream, logGroup, LogGroupRow, LogGroupTable } from './log-group/index.js';
import { isLogStreamStream, logStream, LogStreamTable } from './log-stream/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['logs.log_groups', 'logs.log_streams'];

/** Makes groups and streams again from the events, in one transaction; answers how many events that took. Lines stay. */
export function rebuildReadModels(store: EventStore): Promise<number> {
  const groups = new LogGroupTable(store.dataSource);
  const streams = new LogStreamTable(store.dataSource);
  return rebuildProjection({
    store,
    reset: async (manager) => {
      // Ingestion locks the streams it writes to: it waits here rather than find them gone and drop their lines.
      await manager.query('LOCK TABLE logs.log_groups, logs.log_streams IN EXCLUSIVE MODE');
      await manager.deleteAll(LogGroupRow);
    },
    replays: [
      replay({
        owns: isLogGroupStream,
        decider: logGroup,
        project: async (manager, events) => {
          for (const event of events) await groups.replay(manager, event);
        },
      }),
      replay({
        owns: isLogStreamStream,
        decider: logStream,
        project: async (manager, events) => {
          for (const event of events) await streams.replay(manager, event);
        },
      }),
    ],
  });
}
