export { FunctionPools } from './function-pools.js';
export type { FunctionPool, Launch, PoolLimits } from './function-pool.js';
export type { Slot } from './slot.js';
export { launchFunction } from './launch-function.js';
export { PooledInstance, type InstanceObserver } from './pooled-instance.js';
export type { AppConnection, ConnectionUser } from './app-connection.js';
export type { ScalingLimits } from './scaling-measurements.js';
