export { QueryLogs, QueryLogsHandler } from './query-logs.js';
