import { resourceOfEvents, type HistoryResource } from '@windlass/resource-history';
import { logGroupStream } from '../log-group/index.js';
import { logStreamStream } from '../log-stream/index.js';
import { transferStream } from '../transfer/index.js';

/** What the log service keeps as events, as the audit trail tells of it. */
export const LOG_RESOURCES: readonly HistoryResource[] = [
  resourceOfEvents({ type: 'log_group', streamPrefix: logGroupStream(''), name: 'name', ends: ['LogGroupDeleted'] }),
  resourceOfEvents({ type: 'log_stream', streamPrefix: logStreamStream(''), name: 'name', ends: ['LogStreamDeleted'] }),
  resourceOfEvents({ type: 'log_transfer', streamPrefix: transferStream(''), name: 'bucket', ends: ['LogTransferDeleted'] }),
];
