import { rebuildProjection, replayRows, type EventStore } from '@windlass/event-store';
import { LogGroupRow, logGroupStream, projectLogGroup } from './log-group/index.js';
import { LogStreamRow, logStreamStream, projectLogStream } from './log-stream/index.js';
import { projectTransfer, TransferRow, transferStream } from './transfer/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['logs.log_groups', 'logs.log_streams', 'logs.log_transfers'];

/**
 * Makes groups, streams and transfers again from the events, in one transaction; answers how many events that took. Lines stay, and so does
 * how far transfers have come.
 */
export function rebuildReadModels(store: EventStore): Promise<number> {
  return rebuildProjection({
    store,
    reset: async (manager) => {
      // Ingestion locks the streams it writes to: it waits here rather than find them gone and drop their lines.
      await manager.query('LOCK TABLE logs.log_groups, logs.log_streams, logs.log_transfers IN EXCLUSIVE MODE');
      await manager.deleteAll(LogGroupRow);
      await manager.deleteAll(TransferRow);
    },
    replays: [
      replayRows({ streams: logGroupStream(''), tables: [LogGroupRow], project: projectLogGroup }),
      replayRows({
        streams: logStreamStream(''),
        tables: [LogStreamRow],
        project: projectLogStream,
        // A group that was deleted took its streams along, and their own events do not tell of it.
        only: 'EXISTS (SELECT FROM logs.log_groups WHERE log_groups.id = group_id)',
      }),
      replayRows({ streams: transferStream(''), tables: [TransferRow], project: projectTransfer }),
    ],
  });
}
