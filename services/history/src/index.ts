export { startHistory, type HistoryConfig } from './start-history.js';
