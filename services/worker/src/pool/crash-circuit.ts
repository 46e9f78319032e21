/**
 * Whether instances of a version may be started. Failures are starts that failed and instances that crashed; a request served soundly
 * ends their row.
 *
 *   closed --(three in a row)--> open --(its time is over)--> half-open --(a failure)--> open, for twice as long
 *      ^                                                          |
 *      +-----------------------(a request served)-----------------+
 */
export type CrashCircuit =
  /** Started as needed. */
  | { readonly state: 'closed'; readonly failures: number; readonly failedAt: number }
  /** None is started before `until`. */
  | { readonly state: 'open'; readonly failures: number; readonly until: number }
  /** One is started at a time, to see. */
  | { readonly state: 'half-open'; readonly failures: number; readonly until: number };

export const CLOSED: CrashCircuit = { state: 'closed', failures: 0, failedAt: -Infinity };

const FAILURES_TO_OPEN = 3;
export const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 30_000;
/** Failures further apart than this, not counting the time of an open circuit, are not a row. */
export const FORGET_MS = 60_000;

/** The circuit as it is at this time: nothing but time turns it from open to half-open, and lets it forget. */
export function circuitAt(circuit: CrashCircuit, now: number): CrashCircuit {
  switch (circuit.state) {
    case 'closed':
      return circuit.failures > 0 && now - circuit.failedAt >= FORGET_MS ? CLOSED : circuit;
    case 'open':
    case 'half-open':
      if (now < circuit.until) return circuit;
      return now - circuit.until >= FORGET_MS ? CLOSED : { ...circuit, state: 'half-open' };
    default:
      return circuit satisfies never;
  }
}

/** `longestOpenMs`: smaller for failures that are not the function's own and may be over any moment. */
export function afterFailure(before: CrashCircuit, now: number, longestOpenMs = LONGEST_OPEN_MS): CrashCircuit {
  const circuit = circuitAt(before, now);
  // What had been started before it opened fails with the rest.
  if (circuit.state === 'open') return circuit;
  const failures = circuit.failures + 1;
  if (circuit.state === 'closed' && failures < FAILURES_TO_OPEN) return { state: 'closed', failures, failedAt: now };
  return { state: 'open', failures, until: now + Math.min(longestOpenMs, FIRST_OPEN_MS * 2 ** (failures - FAILURES_TO_OPEN)) };
}
