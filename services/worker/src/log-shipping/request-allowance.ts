const WINDOW_MS = 1_000;

/** How many requests of a function are told of in its log each second. What is beyond is counted. */
export class RequestAllowance {
  private since = -Infinity;
  private told = 0;
  private untold = 0;

  constructor(private readonly perSecond: number) {}

  /** Whether one more may be told of. `now` in milliseconds of any clock that rises. */
  take(now: number): boolean {
    if (now - this.since >= WINDOW_MS) {
      this.since = now;
      this.told = 0;
    }
    if (this.told < this.perSecond) {
      this.told += 1;
      return true;
    }
    this.untold += 1;
    return false;
  }

  /** How many were not told of since this was asked. */
  takeUntold(): number {
    const { untold } = this;
    this.untold = 0;
    return untold;
  }
}
