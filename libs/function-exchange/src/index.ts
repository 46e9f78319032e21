// One request to a function and its answer, between whoever calls (a gateway) and whoever runs functions (a worker). In one
// process the two hand parsed heads and slices of bodies to each other; otherwise the same goes as HTTP/1.1 over a socket.
export { type FunctionRequest, type FunctionServer, type RequestMemo } from './function-request.js';
export { type BodyProblem, type BodyReceiver, type RequestBody } from './request-body.js';
export { type Caller, type CallerListener } from './caller.js';
export { isIdempotent } from './idempotent-methods.js';
export { CLOSED, HALF_OPEN_SILENCE_MS, type UpgradeEnd, type UpgradeLimits } from './upgrade-end.js';
export { type Failure, type Fault, failureBody } from './failure.js';
export { FunctionFields } from './platform-fields.js';
export { MAX_BODY_BYTES } from './max-body-bytes.js';
export { startExchangeServer, type ExchangeServer, type ExchangeServerOptions } from './socket/exchange-server.js';
export { RemoteWorker, type RemoteWorkerLimits, type WorkerCaller, type WorkerLoss } from './socket/remote-worker.js';
