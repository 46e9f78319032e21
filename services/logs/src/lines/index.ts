export { LogStore, type AppendOutcome, type LineBatch, type LineFilter, type LogLine, type NewLine } from './log-store.js';
export { PostgresLogStore } from './postgres-log-store.js';
export { firstLineNumber, lastLineNumber } from './line-number.js';
