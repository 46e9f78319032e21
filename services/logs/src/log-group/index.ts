export { LogGroupRow, LogGroupTable, projectLogGroup } from './log-group-table.js';
export { CreateLogGroup, CreateLogGroupHandler } from './create-log-group.js';
export { ChangeLogGroup, ChangeLogGroupHandler } from './change-log-group.js';
export { groupNotFound } from './log-group.errors.js';
export { logGroup, logGroupStream, type LogGroupEvent } from './log-group.decider.js';
