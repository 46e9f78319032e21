import type { FailedOutcome } from '../invocation/outcome.js';

const FAILURES_BEFORE_BACK_OFF = 3;
const BACK_OFF_MS = 1_000;
/** Failures further apart than this are not counted as a row. */
const REMEMBER_MS = 10_000;

/**
 * A function that cannot start is not started for every request: after a few failures in a row, requests are answered with the
 * last failure for a moment.
 */
export class StartBackOff {
  /** No start before this time, in milliseconds of the pool's clock. */
  until = 0;
  private failures = 0;
  private failedAt = -Infinity;
  private last: FailedOutcome | undefined;

  failed(outcome: FailedOutcome, now: number): void {
    this.failures = this.remembers(now) ? this.failures + 1 : 1;
    this.failedAt = now;
    this.last = outcome;
    if (this.failures >= FAILURES_BEFORE_BACK_OFF) this.until = now + BACK_OFF_MS;
  }

  succeeded(): void {
    this.failures = 0;
    this.failedAt = -Infinity;
    this.until = 0;
    this.last = undefined;
  }

  /** Whether a failure is recent enough to matter for the next one. */
  remembers(now: number): boolean {
    return now - this.failedAt < REMEMBER_MS;
  }

  activeFailure(now: number): FailedOutcome | undefined {
    return now < this.until ? this.last : undefined;
  }
}
