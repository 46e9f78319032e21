import { rebuildProjection, replay, type EventStore } from '@windlass/event-store';
import { isLogGroupStream, logGroup, LogGroupRow, LogGroupTable } from './log-group/index.js';
import { isLogStreamStream, logStream, LogStreamTable } from './log-stream/index.js';
import { isTransferStream, transfer, TransferRow, TransferTable } from './transfer/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['logs.log_groups', 'logs.log_streams', 'logs.log_transfers'];

/**
 * Makes groups, streams and transfers again from the events, in one transaction; answers how many events that took. Lines stay, and so does
 * how far transfers have come.
 */
export function rebuildReadModels(store: EventStore): Promise<number> {
  const groups = new LogGroupTable(store.dataSource);
  const streams = new LogStreamTable(store.dataSource);
  const transfers = new TransferTable(store.dataSource);
  return rebuildProjection({
    store,
    reset: async (manager) => {
      // Ingestion locks the streams it writes to: it waits here rather than find them gone and drop their lines.
      await manager.query('LOCK TABLE logs.log_groups, logs.log_streams, logs.log_transfers IN EXCLUSIVE MODE');
      await manager.deleteAll(LogGroupRow);
      await manager.deleteAll(TransferRow);
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
      replay({
        owns: isTransferStream,
        decider: transfer,
        project: async (manager, events) => {
          for (const event of events) await transfers.apply(manager, event);
        },
      }),
    ],
  });
}
