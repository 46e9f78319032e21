export { EnsureFunctionLog, EnsureFunctionLogHandler, FUNCTION_LOG_GROUP } from './ensure-function-log.js';
