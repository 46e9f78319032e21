export { EnsureFunctionLog, EnsureFunctionLogHandler } from './ensure-function-log.js';
