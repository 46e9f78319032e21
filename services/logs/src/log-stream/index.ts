export { LogStreamRow, LogStreamTable } from './log-stream-table.js';
export { CreateLogStream, CreateLogStreamHandler } from './create-log-stream.js';
export { isLogStreamStream, logStream, logStreamStream } from './log-stream.decider.js';
export { DeleteLogStream, DeleteLogStreamHandler } from './delete-log-stream.js';
