export { startLogs, type LogsConfig } from './start-logs.js';
