export { type ApiConfig, DEFAULT_BODY_LIMIT_BYTES, DEFAULT_GRPC_PORT, DEFAULT_PORT } from './api-config.js';
export { startApi, type RunningApi } from './start-api.js';
