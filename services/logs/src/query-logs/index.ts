export { LONGEST_SEARCH_MS, QueryLogs, QueryLogsHandler, rowOf } from './query-logs.js';
export { ListLogHistogramHandler } from './list-log-histogram.js';
export { ListLogContextHandler } from './list-log-context.js';
export { LogSearchController } from './log-search.controller.js';
export { readLabels, readLineNumber } from './request-values.js';
export { SearchedStreams, type SearchedStream } from './searched-streams.js';
