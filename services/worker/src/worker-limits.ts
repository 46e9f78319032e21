import { availableParallelism, totalmem } from 'node:os';

/** What this worker may use and keep. */
export interface WorkerLimits {
  /** Instances at once. */
  readonly maxInstances: number;
  /** What the memory_size of all instances may add up to, in MB. */
  readonly maxMemoryMb: number;
  /** Instances starting at once. */
  readonly maxStarting: number;
  /** How long an unused instance runs on before it is frozen, and how long it is kept. */
  readonly freezeSeconds: number;
  readonly idleSeconds: number;
  /** Requests that may wait for an instance: of one function, and of all together. */
  readonly queueLength: number;
  readonly maxWaiting: number;
  /** How long one may wait beyond the function's start timeout. */
  readonly queueWaitSeconds: number;
  /** From SIGTERM to SIGKILL of an instance that is no longer needed. */
  readonly stopGraceSeconds: number;
  /** How long requests of an outdated instance, or of a stopping worker, may still run. */
  readonly drainSeconds: number;
  readonly closeSeconds: number;
  /** How long an upgraded connection may be silent. */
  readonly upgradeIdleSeconds: number;
  /** Connections of gateways. */
  readonly maxConnections: number;
  /** Size of the extracted packages that are kept, in MB. */
  readonly codeCacheMb: number;
}

/** Limits that fit the machine the worker runs on. */
export function defaultLimits(): WorkerLimits {
  return {
    maxInstances: 1_000,
    // Functions seldom use what they reserve, and each is held to its own limit.
    maxMemoryMb: Math.floor((totalmem() / 1024 / 1024) * 0.8),
    maxStarting: Math.max(4, availableParallelism() * 2),
    freezeSeconds: 5,
    idleSeconds: 60,
    queueLength: 200,
    maxWaiting: 4_000,
    queueWaitSeconds: 30,
    stopGraceSeconds: 5,
    // The longest a synchronous request may take by the documented limits.
    drainSeconds: 900,
    closeSeconds: 10,
    upgradeIdleSeconds: 600,
    maxConnections: 4_096,
    codeCacheMb: 10_240,
  };
}
