export { FunctionLog } from './function-log.js';
export { LogShipper } from './log-shipper.js';
export { billedMs } from './platform-lines.js';
