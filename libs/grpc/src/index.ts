export { type RunningService, closeAll } from './running-service.js';
export { grpcServer, MAX_MESSAGE_BYTES } from './server-options.js';
export { removeDeadSocket } from './dead-socket.js';
export { listen } from './listen.js';
export { GrpcErrorFilter } from './grpc-error-filter.js';
export { connect, type Remote, type CallSettings } from './client.js';
export { toServiceError, fromServiceError } from './error-detail.js';
export { CallContextReader } from './call-context.js';
