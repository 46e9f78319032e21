import { setTimeout as delay } from 'node:timers/promises';
import { DialFailure } from '../network/dial-failure.js';
import type { Route } from '../network/dialer.js';
import { accepts, formatListener, type Listener } from '../network/listeners.js';
import type { StartProblem } from './start-failure.js';

export const APP_PORT = 8000;
const POLL_MS = 5;
/** A connection on loopback is made at once or not at all; one begun while the interface comes up would wait a second. */
const ATTEMPT_MS = 20;

/** Resolves with true at the first accepted connection on the app's port, with false at the deadline. */
export async function waitUntilListening(route: Route, deadline: number, signal: AbortSignal): Promise<boolean> {
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
    await delay(POLL_MS);
  }
}

/** Why nothing was accepted until the deadline, from what listens in the instance's namespace. */
export function explainTimeout(listeners: readonly Listener[], timeoutMs: number): StartProblem {
  if (listeners.some((listener) => accepts(listener, APP_PORT))) return { reason: 'START_TIMED_OUT', timeoutMs };
  if (listeners.length === 0) return { reason: 'PORT_NOT_OPENED', timeoutMs };
  const addresses = [...new Set(listeners.map(formatListener))].slice(0, 5);
  return { reason: 'WRONG_ADDRESS', addresses, timeoutMs };
}
