import { setTimeout as delay } from 'node:timers/promises';
import { DialFailure } from '../network/dial-failure.js';
import type { Route } from '../network/dialer.js';
import { accepts, formatListener, type Listener } from '../network/listeners.js';
import type { StartProblem } from './start-failure.js';

export const APP_PORT = 8000;
/** Looked for every millisecond at first, and later in steps of a fiftieth of the time that has passed: a slow start is found late in proportion. */
const SHORTEST_POLL_MS = 1;
const LONGEST_POLL_MS = 10;
const POLL_FRACTION = 1 / 50;
/** A connection on loopback is made at once or not at all; one begun while the interface comes up would wait a second. */
const ATTEMPT_MS = 20;

/** Resolves with true at the first accepted connection on the app's port, with false at the deadline. */
export async function waitUntilListening(route: Route, deadline: number, signal: AbortSignal): Promise<boolean> {
  const from = performance.now();
  for (;;) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || signal.aborted) return false;
    try {
      (await route.connect(APP_PORT, Math.min(leftMs, ATTEMPT_MS))).destroy();
      return true;
    } catch (error) {
      // Nothing listens yet, or the loopback interface is not up yet. That the worker stops is told by the signal.
      if (!(error instanceof DialFailure)) throw error;
    }
    await delay(Math.min(LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, (performance.now() - from) * POLL_FRACTION)));
  }
}

/** Why nothing was accepted until the deadline, from what listens in the instance's namespace. */
export function explainTimeout(listeners: readonly Listener[], timeoutMs: number): StartProblem {
  if (listeners.some((listener) => accepts(listener, APP_PORT))) return { reason: 'START_TIMED_OUT', timeoutMs };
  if (listeners.length === 0) return { reason: 'PORT_NOT_OPENED', timeoutMs };
  const addresses = [...new Set(listeners.map(formatListener))].slice(0, 5);
  return { reason: 'WRONG_ADDRESS', addresses, timeoutMs };
}
