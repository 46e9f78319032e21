export { FunctionPools } from './function-pools.js';
export type { Launch, PoolLimits, Slot } from './function-pool.js';
export { launchFunction } from './launch-function.js';
export { PooledInstance, type InstanceObserver } from './pooled-instance.js';
export type { AppConnection, ConnectionUser } from './app-connection.js';
export type { ScalingLimits } from './decide-scaling.js';
