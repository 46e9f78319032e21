import { WindlassError } from '@windlass/errors';
import { KeyedRate, type Rate } from '../keyed-rate.js';

export interface SignUpRates {
  readonly perSource: Rate;
  readonly inAll: Rate;
}

export const SIGN_UP_RATES: SignUpRates = { perSource: { burst: 30, perMinute: 10 }, inAll: { burst: 100, perMinute: 60 } };

// All together are one key.
const ALL = '';

/** Bounds how often sign-up is tried: by one address, and by all together, which holds whatever addresses are forgotten. */
export class SignUpRate {
  private readonly sources: KeyedRate;
  private readonly all: KeyedRate;

  constructor(private readonly rates: SignUpRates) {
    this.sources = new KeyedRate(rates.perSource);
    this.all = new KeyedRate(rates.inAll);
  }

  /** Counts a try at `now` (milliseconds), or refuses it as throttled. A refused try costs nothing. */
  admit(source: string, now: number): void {
    const ofSource = this.sources.secondsUntilNext(source, now);
    if (ofSource > 0) throw tooMany('from this address', this.rates.perSource, ofSource);
    const ofAll = this.all.secondsUntilNext(ALL, now);
    if (ofAll > 0) throw tooMany('on this platform', this.rates.inAll, ofAll);
    this.sources.take(source, now);
    this.all.take(ALL, now);
  }
}

function tooMany(where: string, rate: Rate, retryAfterSeconds: number): WindlassError {
  return new WindlassError({
    kind: 'throttled',
    reason: 'TOO_MANY_SIGN_UPS',
    code: 'IAM.0012',
    message: `Too many sign-ups were tried ${where}: ${rate.perMinute} a minute are taken. Try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
  });
}
