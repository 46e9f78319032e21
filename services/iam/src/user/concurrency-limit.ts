import { WindlassError } from '@windlass/errors';

/** Lets a few pieces of work run at once and a bounded number wait; the next is refused at once as throttled. */
export class ConcurrencyLimit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: { readonly running: number; readonly waiting: number }) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.running) {
      if (this.waiting.length >= this.limits.waiting) throw tooMany();
      // Whoever finishes hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

function tooMany(): WindlassError {
  return new WindlassError({
    kind: 'throttled',
    reason: 'TOO_MANY_LOG_INS',
    code: 'IAM.0012',
    message: 'Too many log-ins are being checked at this moment. Try again in a second.',
  });
}
