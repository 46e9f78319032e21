import { setTimeout as delay } from 'node:timers/promises';
import type { WindlassError } from '@windlass/errors';

/** Resolves when a caller has waited for long enough. The signal is aborted when the caller was answered before. */
export type WaitForCaller = (answered: AbortSignal) => Promise<void>;

// Less than the 30 s after which the edge gives a call up.
const PATIENCE_MS = 25_000;

/** How long a caller waits for work that goes on without it. */
export class CallerPatience {
  constructor(private readonly wait: WaitForCaller = (signal) => delay(PATIENCE_MS, undefined, { signal })) {}

  /** What comes of the work, or the refusal when it takes too long. */
  async within<T>(work: Promise<T>, tooLong: () => WindlassError): Promise<T> {
    const answered = new AbortController();
    const late = this.wait(answered.signal).then(() => {
      throw tooLong();
    });
    return Promise.race([work, late]).finally(() => answered.abort());
  }
}
