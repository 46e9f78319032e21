import type { CrashCircuit } from './crash-circuit.js';
import type { InstanceStateName, StopReason } from './instance-state.js';

export interface ScalingLimits {
  /** Instances of this worker at once, and what their memory_size adds up to. */
  readonly maxInstances: number;
  readonly maxMemoryMb: number;
  /** Instances that start at once; more would only make each other late. A tenant that has none starting may always start one. */
  readonly maxStarting: number;
  /** How long an instance nobody uses runs on before it is frozen, and how long it is kept. */
  readonly freezeMs: number;
  readonly idleMs: number;
  /** How long requests of a draining instance may still run. */
  readonly drainMs: number;
}

export interface InstanceMeasurement {
  readonly id: string;
  readonly state: Exclude<InstanceStateName, 'gone'>;
  /** When it came into that state, in milliseconds of the clock of `now`; for a frozen one when it was used last. */
  readonly since: number;
}

/** One revision of one version of a function, as it is now. */
export interface PoolMeasurement {
  readonly key: string;
  /** Whose it is: room is shared among tenants first. */
  readonly tenant: string;
  /** A newer revision took its place: it serves who already waits and nobody else. */
  readonly retired: boolean;
  readonly concurrency: number;
  /** -1: no limit. */
  readonly maxInstances: number;
  /** Kept running whether anybody calls or not. */
  readonly reserved: number;
  readonly memoryMb: number;
  /** Requests without a slot. */
  readonly waiting: number;
  readonly circuit: CrashCircuit['state'];
  readonly instances: readonly InstanceMeasurement[];
}

export type ScalingAction =
  | { readonly do: 'start'; readonly pool: string }
  | { readonly do: 'freeze'; readonly pool: string; readonly instance: string }
  /** End it now. */
  | { readonly do: 'stop'; readonly pool: string; readonly instance: string; readonly why: StopReason }
  /** Give it no request any more; end it after its last one. */
  | { readonly do: 'drain'; readonly pool: string; readonly instance: string; readonly why: StopReason };

/** Whether it serves, or will, or could: it counts for what is reserved. */
export function isLive({ state }: InstanceMeasurement): boolean {
  return state !== 'draining';
}

/** Whether nobody uses it now. */
export function isUnused({ state }: InstanceMeasurement): boolean {
  return state === 'ready' || state === 'idle' || state === 'frozen';
}

/** How many instances a pool has beyond what is reserved for it. */
export function surplusOf(pool: PoolMeasurement): number {
  const live = pool.instances.filter(isLive).length;
  return Math.max(0, live - (pool.retired ? 0 : pool.reserved));
}
