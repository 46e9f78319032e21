export { QueryLogs, QueryLogsHandler } from './query-logs.js';
export { ListLogHistogramHandler } from './list-log-histogram.js';
export { ListLogContextHandler } from './list-log-context.js';
export { LogSearchController } from './log-search.controller.js';
export { SearchedStreams } from './searched-streams.js';
