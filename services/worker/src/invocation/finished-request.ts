import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { PooledInstance } from '../pool/index.js';
import type { FailedOutcome } from './outcome.js';

/** What is known of a request when it is over. Times are milliseconds of the worker's clock. */
export interface FinishedRequest {
  readonly requestId: string;
  readonly spec: FunctionSpec;
  /** Absent when no instance had it. */
  readonly instance: PooledInstance | undefined;
  readonly receivedAt: number;
  readonly endedAt: number;
  /** Waited for others to be served; waited for the start of its instance; was with its instance. */
  readonly queueMs: number;
  readonly coldStartMs: number;
  readonly runMs: number;
  readonly coldStart: boolean;
  readonly woken: boolean;
  /** Of the answer the caller got; 0 when it got none. */
  readonly status: number;
  readonly failure: FailedOutcome | undefined;
  /** The most its instance was seen to use so far, in MiB. */
  readonly memoryPeakMb: number;
  /** Of the bodies. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Hears of every request to a known function once, when it is over. Called on the way of requests: it must cost next to nothing. */
export interface FinishedRequests {
  finished(request: FinishedRequest): void;
}
