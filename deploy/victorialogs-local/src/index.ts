export { findVictoriaLogs, type FoundVictoriaLogs } from './find-victorialogs.js';
export { VictoriaLogsServer, type VictoriaLogsOptions } from './victorialogs-server.js';
