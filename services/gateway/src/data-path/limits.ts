import type { RemoteWorkerLimits } from '@windlass/function-exchange';
import type { HeadLimits } from '@windlass/http1';

/** Bounds of the ingress. Times in milliseconds, sizes in bytes. */
export interface IngressLimits extends HeadLimits, RemoteWorkerLimits {
  /** Payload of one request. */
  readonly maxBodyBytes: number;
  /** Payload held in memory at once, over all requests whose signature covers their body. */
  readonly maxHeldBodyBytes: number;
  /** Client connections at once. */
  readonly maxConnections: number;
  /** From the first byte of a request's head, or from connecting, to the end of the head. */
  readonly headerTimeoutMs: number;
  /** From the end of an answer to the first byte of the connection's next request. */
  readonly idleTimeoutMs: number;
  /** How long a client may take to send the next bytes of its body, or to accept the next bytes of the answer. */
  readonly clientStallMs: number;
  /** From the end of the head to the end of the answer, for routes without a timeout of their own. */
  readonly maxRequestMs: number;
  /** What is added to a route's timeout here, so that the worker, which knows more, is the first to report it. */
  readonly routeTimeoutGraceMs: number;
  /** How long an upgraded connection (WebSocket) may be silent in both directions, and how long it may last. No other time limit holds for it. */
  readonly tunnelIdleMs: number;
  readonly tunnelMaxMs: number;
  /** After the last answer of a connection, how long its client may still send, so that it can read the answer. */
  readonly lingerMs: number;
  /** How long running requests may take to end when the gateway is closed. */
  readonly drainMs: number;
  /** What one account (or, where none is asked, one client address) may be refused in a second, and at once; what goes beyond is held back. */
  readonly maxRefusalsPerSecond: number;
  readonly refusalBurst: number;
  /** What all of them may be refused in a second: shared alike among those who are. */
  readonly maxRefusalsPerSecondInAll: number;
  /** No refusal is held back for longer. */
  readonly maxRefusalDelayMs: number;
}

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const DEFAULT_LIMITS: IngressLimits = {
  maxHeadBytes: 64 * 1024,
  maxStartLineBytes: 32 * 1024,
  maxFields: 200,
  maxBodyBytes: 6 * MIB,
  maxHeldBodyBytes: 256 * MIB,
  maxConnections: 10_000,
  maxWorkerConnections: 4_096,
  headerTimeoutMs: 30_000,
  idleTimeoutMs: 75_000,
  clientStallMs: 60_000,
  // The longest function timeout that exists is 259200 seconds; the worker applies each function's own.
  maxRequestMs: 72 * HOUR_MS + 60_000,
  routeTimeoutGraceMs: 1_000,
  workerConnectMs: 2_000,
  workerIdleMs: 15_000,
  tunnelIdleMs: HOUR_MS,
  tunnelMaxMs: 24 * HOUR_MS,
  lingerMs: 2_000,
  drainMs: 10_000,
  maxRefusalsPerSecond: 500,
  refusalBurst: 500,
  maxRefusalsPerSecondInAll: 2_500,
  maxRefusalDelayMs: 5_000,
};
