import { WindlassError } from '@windlass/errors';

/** So many at once, and so many a minute after that. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

export interface SignUpRates {
  readonly perSource: Rate;
  readonly inAll: Rate;
}

export const SIGN_UP_RATES: SignUpRates = { perSource: { burst: 30, perMinute: 10 }, inAll: { burst: 100, perMinute: 60 } };

const MOST_SOURCES = 10_000;
const MINUTE_MS = 60_000;

/** What is left of a rate, as of a moment. */
interface Bucket {
  left: number;
  asOf: number;
}

/**
 * Bounds how often sign-up is tried: by one address, and by all together. Of more addresses than it remembers, it forgets
 * the one that was quiet the longest; the bound on all together holds nevertheless.
 */
export class SignUpRate {
  private readonly all: Bucket;
  private readonly sources = new Map<string, Bucket>();

  constructor(
    private readonly rates: SignUpRates,
    now: number,
  ) {
    this.all = { left: rates.inAll.burst, asOf: now };
  }

  /** Counts a try at `now` (milliseconds), or refuses it as throttled. A refused try costs nothing. */
  admit(source: string, now: number): void {
    const own = this.sources.get(source) ?? { left: this.rates.perSource.burst, asOf: now };
    refill(own, this.rates.perSource, now);
    refill(this.all, this.rates.inAll, now);
    if (own.left < 1) throw tooMany('from this address', this.rates.perSource);
    if (this.all.left < 1) throw tooMany('on this platform', this.rates.inAll);
    own.left -= 1;
    this.all.left -= 1;
    // Written anew, it is the last one to be forgotten.
    this.sources.delete(source);
    this.sources.set(source, own);
    if (this.sources.size > MOST_SOURCES) this.sources.delete(this.sources.keys().next().value as string);
  }
}

function refill(bucket: Bucket, rate: Rate, now: number): void {
  const gained = (Math.max(0, now - bucket.asOf) / MINUTE_MS) * rate.perMinute;
  bucket.left = Math.min(rate.burst, bucket.left + gained);
  bucket.asOf = now;
}

function tooMany(where: string, rate: Rate): WindlassError {
  return new WindlassError({
    kind: 'throttled',
    reason: 'TOO_MANY_SIGN_UPS',
    code: 'IAM.0012',
    message: `Too many sign-ups were tried ${where}: ${rate.perMinute} a minute are taken. Try again in a minute.`,
  });
}
