/** So many at once, and so many a minute after that. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

const MOST_KEYS = 10_000;
const MINUTE_MS = 60_000;

/** What is left of a rate, as of a moment. */
interface Bucket {
  left: number;
  asOf: number;
}

/** A rate for each of many keys. Of more keys than it remembers, it forgets the one that was quiet the longest. */
export class KeyedRate {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly rate: Rate) {}

  /** How long until the key may have one, in whole seconds from `now` (milliseconds); 0 when it may at once. */
  secondsUntilNext(key: string, now: number): number {
    return Math.ceil((Math.max(0, 1 - this.at(key, now).left) / this.rate.perMinute) * 60);
  }

  /** Counts one. */
  take(key: string, now: number): void {
    const bucket = this.at(key, now);
    bucket.left -= 1;
    // Written anew, it is the last one to be forgotten.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MOST_KEYS) this.buckets.delete(this.buckets.keys().next().value as string);
  }

  private at(key: string, now: number): Bucket {
    const { burst, perMinute } = this.rate;
    const bucket = this.buckets.get(key) ?? { left: burst, asOf: now };
    const gained = (Math.max(0, now - bucket.asOf) / MINUTE_MS) * perMinute;
    bucket.left = Math.min(burst, bucket.left + gained);
    bucket.asOf = now;
    return bucket;
  }
}
