export { callUnary, type UnaryMethod } from './call-unary.js';
export { plainAddress } from './plain-address.js';
export { Services, type OnBehalf } from './services.js';
export { Workers } from './workers.js';
export { PlatformHealth } from './platform-health.js';
