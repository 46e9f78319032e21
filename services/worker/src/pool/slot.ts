import type { PooledInstance } from './pooled-instance.js';

/** The right to have one request served by one instance. `release` must be called exactly once. */
export interface Slot {
  readonly instance: PooledInstance;
  /** Whether the request waited for this instance to start. */
  readonly coldStart: boolean;
  /** Whether the instance was frozen and had to be thawed for it. */
  readonly woken: boolean;
  /** How long it waited: for others to be served, and for the start of its instance; in milliseconds. */
  readonly queueMs: number;
  readonly coldStartMs: number;
  /** `doubtful`: nobody knows what the instance is doing, so it serves nobody any more. */
  release(condition: 'sound' | 'doubtful'): void;
}
