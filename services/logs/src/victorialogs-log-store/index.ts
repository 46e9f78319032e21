export { VictoriaLogsLogStore, type VictoriaLogsLogStoreOptions } from './victorialogs-log-store.js';
export { readVictoriaLogsAddress, type VictoriaLogsAddress } from './victorialogs-address.js';
