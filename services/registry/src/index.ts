export type { RegistryConfig } from './registry-config.js';
export { rebuildRegistry, startRegistry } from './start-registry.js';
