export { startGateway, type GatewayConfig, type RunningGateway } from './start-gateway.js';
export { readLimits } from './config.js';
export { type IngressLimits } from './data-path/index.js';
