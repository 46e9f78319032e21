import type { FailedOutcome } from './outcome.js';

/** How long one step of a request may take at its app, in milliseconds. The time for the whole of it is the function's timeout. */
export interface AppTimers {
  /** Until the app accepts a connection. */
  readonly connectMs: number;
  /** From the last byte of the request to the first one of the answer. */
  readonly firstByteMs: number;
  /** From one byte to the next: of the answer, or of the request that the app takes. */
  readonly idleMs: number;
}

/** Whom a request waits for, and for what. */
export type Waiting =
  | 'app-connects'
  | 'app-takes-request'
  | 'app-begins-answer'
  | 'app-goes-on'
  /** The next bytes of the request are the caller's to send. */
  | 'caller-sends'
  /** The next bytes of the answer are the caller's to take. */
  | 'caller-takes';

/** The limit of what is waited for; Infinity where that is not the app's to do. */
export function limitOf(waiting: Waiting, timers: AppTimers): number {
  switch (waiting) {
    case 'app-connects':
      return timers.connectMs;
    case 'app-begins-answer':
      return timers.firstByteMs;
    case 'app-takes-request':
    case 'app-goes-on':
      return timers.idleMs;
    case 'caller-sends':
    case 'caller-takes':
      return Infinity;
    default:
      return waiting satisfies never;
  }
}

/** What it means that the limit has passed. */
export function stepTimedOut(waiting: Waiting, limitMs: number): FailedOutcome {
  switch (waiting) {
    case 'app-connects':
      return { kind: 'CONNECT_TIMED_OUT', limitMs };
    case 'app-begins-answer':
      return { kind: 'FIRST_BYTE_TIMED_OUT', limitMs };
    case 'app-takes-request':
    case 'app-goes-on':
    case 'caller-sends':
    case 'caller-takes':
      return { kind: 'IDLE_TIMED_OUT', limitMs };
    default:
      return waiting satisfies never;
  }
}

/** What it means that the time for the whole request has passed: a caller that is slow is no fault of the function. */
export function requestTimedOut(waiting: Waiting, timeoutMs: number, setBy: 'function' | 'route'): FailedOutcome {
  switch (waiting) {
    case 'caller-sends':
      return { kind: 'REQUEST_STALLED', timeoutMs };
    case 'caller-takes':
      return { kind: 'CALLER_STALLED', timeoutMs };
    case 'app-connects':
    case 'app-takes-request':
    case 'app-begins-answer':
    case 'app-goes-on':
      return { kind: 'TIMED_OUT', timeoutMs, setBy };
    default:
      return waiting satisfies never;
  }
}
