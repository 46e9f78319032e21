/** What one account may send to its logs, in each second. */
export interface LogRate {
  readonly linesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** For so long an account may save up what it did not send. */
const BURST_SECONDS = 2;

/**
 * Counts what an account sends against what it may. Who has anything left may send a whole batch and then owes the rest, so that no batch
 * is too large for ever.
 */
export class RateAllowance {
  private lines: number;
  private bytes: number;
  private at: number;

  constructor(
    /** Asked each time: an operator may change it. */
    private readonly rate: () => LogRate,
    /** Milliseconds of any clock that rises. */
    now: number,
  ) {
    this.at = now;
    const { linesPerSecond, bytesPerSecond } = rate();
    this.lines = linesPerSecond * BURST_SECONDS;
    this.bytes = bytesPerSecond * BURST_SECONDS;
  }

  /** The first batches that may go now: up to the one that takes more than is left. */
  affordable<T extends { readonly lines: number; readonly payload: Uint8Array }>(batches: readonly T[]): readonly T[] {
    let { lines, bytes } = this;
    const end = batches.findIndex((batch) => {
      if (lines <= 0 || bytes <= 0) return true;
      lines -= batch.lines;
      bytes -= batch.payload.length;
      return false;
    });
    return end < 0 ? batches : batches.slice(0, end);
  }

  take(lines: number, bytes: number): void {
    this.lines -= lines;
    this.bytes -= bytes;
  }

  /** Whether it has saved up all it may, so that nothing is lost when it is forgotten. */
  isFull(now: number): boolean {
    this.waitMs(now);
    const { linesPerSecond, bytesPerSecond } = this.rate();
    return this.lines >= linesPerSecond * BURST_SECONDS && this.bytes >= bytesPerSecond * BURST_SECONDS;
  }

  /** Milliseconds until it may send again; 0 when it may now. */
  waitMs(now: number): number {
    const { linesPerSecond, bytesPerSecond } = this.rate();
    const seconds = Math.max(0, now - this.at) / 1_000;
    this.at = now;
    this.lines = Math.min(linesPerSecond * BURST_SECONDS, this.lines + seconds * linesPerSecond);
    this.bytes = Math.min(bytesPerSecond * BURST_SECONDS, this.bytes + seconds * bytesPerSecond);
    return Math.max(msUntilLeft(this.lines, linesPerSecond), msUntilLeft(this.bytes, bytesPerSecond));
  }
}

function msUntilLeft(left: number, perSecond: number): number {
  if (left > 0) return 0;
  // Who may send nothing waits until an operator changes that.
  return perSecond === 0 ? Infinity : Math.max(1, Math.ceil((-left / perSecond) * 1_000));
}
