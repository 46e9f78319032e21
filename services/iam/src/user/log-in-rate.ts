import { WindlassError } from '@windlass/errors';
import { KeyedRate, type Rate } from '../keyed-rate.js';

export interface LogInRates {
  /** Of one address. Whole offices and continuous integration log in from one. */
  readonly perSource: Rate;
  /** Of the users of one account together, from wherever. */
  readonly perAccount: Rate;
}

export const LOG_IN_RATES: LogInRates = { perSource: { burst: 300, perMinute: 120 }, perAccount: { burst: 300, perMinute: 120 } };

/**
 * Bounds how often log-ins are tried, right or wrong: the lock of a user stops guessing at one password, this stops
 * guessing one password of many users. In memory, so a restart begins anew and each process counts for itself.
 */
export class LogInRate {
  private readonly sources: KeyedRate;
  private readonly accounts: KeyedRate;

  constructor(private readonly rates: LogInRates = LOG_IN_RATES) {
    this.sources = new KeyedRate(rates.perSource);
    this.accounts = new KeyedRate(rates.perAccount);
  }

  /** Counts a try at `now` (milliseconds), or refuses it as throttled. A refused try costs nothing. An empty source is nobody's. */
  admit({ source, account }: { readonly source: string; readonly account: string }, now: number): void {
    const ofSource = source === '' ? 0 : this.sources.secondsUntilNext(source, now);
    if (ofSource > 0) throw tooMany('from this address', this.rates.perSource, ofSource);
    const ofAccount = this.accounts.secondsUntilNext(account, now);
    if (ofAccount > 0) throw tooMany('to this account', this.rates.perAccount, ofAccount);
    if (source !== '') this.sources.take(source, now);
    this.accounts.take(account, now);
  }
}

function tooMany(where: string, { perMinute }: Rate, retryAfterSeconds: number): WindlassError {
  return new WindlassError({
    kind: 'throttled',
    reason: 'TOO_MANY_LOG_INS',
    code: 'IAM.0012',
    message: `Too many log-ins were tried ${where}: ${perMinute} a minute are taken. Try again in ${retryAfterSeconds} s.`,
    retryAfterSeconds,
  });
}
