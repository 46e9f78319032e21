export { startGateway, type GatewayConfig, type RunningGateway } from './start-gateway.js';
export { type IngressLimits } from './data-path/index.js';
