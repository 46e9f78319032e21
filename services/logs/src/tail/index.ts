export { AwaitLogsHandler } from './await-logs.js';
export { LogTailController } from './log-tail.controller.js';
export { StreamHeads } from './stream-heads.js';
