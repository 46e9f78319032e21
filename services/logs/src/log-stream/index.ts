export { LogStreamRow, LogStreamTable, projectLogStream } from './log-stream-table.js';
export { CreateLogStream, CreateLogStreamHandler } from './create-log-stream.js';
export { logStream, logStreamStream, type LogStreamEvent } from './log-stream.decider.js';
export { DeleteLogStream, DeleteLogStreamHandler } from './delete-log-stream.js';
export { ChangeLogStreamHandler } from './change-log-stream.js';
export { TagLogResourceHandler } from './tag-log-resource.js';
export { LogStreamController } from './log-stream.controller.js';
export { readRetention, streamMessage } from './log-stream.messages.js';
