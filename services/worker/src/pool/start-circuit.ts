import { isAboutKeys, judge, type FailedOutcome } from '../invocation/outcome.js';
import { afterFailure, circuitAt, CLOSED, FIRST_OPEN_MS, type CrashCircuit } from './crash-circuit.js';

export interface RememberedFailure {
  readonly outcome: FailedOutcome;
  /** In milliseconds of the pool's clock. */
  readonly at: number;
}

/** The circuit of one version, with the last failure that moved it. */
export class StartCircuit {
  last: RememberedFailure | undefined;
  private circuit: CrashCircuit = CLOSED;

  at(now: number): CrashCircuit {
    return circuitAt(this.circuit, now);
  }

  failed(outcome: FailedOutcome, now: number): void {
    const mayPassSoon = isAboutKeys(outcome) || judge(outcome).fault === 'platform';
    this.circuit = mayPassSoon ? afterFailure(this.circuit, now, FIRST_OPEN_MS) : afterFailure(this.circuit, now);
    this.last = { outcome, at: now };
  }

  /** A request was served. It costs nothing where nothing had failed. */
  served(): void {
    if (this.circuit !== CLOSED) this.circuit = CLOSED;
  }

  /** What stood in the way is gone: the next start is as if nothing had failed. */
  reset(): void {
    this.circuit = CLOSED;
  }

  /** Whether what failed still matters for the next start. */
  remembers(now: number): boolean {
    return this.at(now).failures > 0;
  }

  /** What a request is told that nothing can be started for. */
  refusal(now: number): FailedOutcome | undefined {
    const circuit = this.at(now);
    if (circuit.state !== 'open' || this.last === undefined) return undefined;
    return { kind: 'CRASH_LOOP', last: this.last.outcome, failures: circuit.failures, retryAfterMs: circuit.until - now };
  }
}
