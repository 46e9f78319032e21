/**
 * Values in buckets whose bounds grow by a constant factor, so that a quantile is known to within half a percent of itself however many
 * values there are (the idea of DDSketch: Masson, Rim, Lee, VLDB 2019). Small sets are kept as they are and answered exactly.
 */
export class QuantileSketch {
  private exact: number[] | undefined = [];
  private readonly positive = new Map<number, number>();
  private readonly negative = new Map<number, number>();
  private zeros = 0;
  private count = 0;

  add(value: number): void {
    this.count += 1;
    if (this.exact === undefined) return this.place(value);
    this.exact.push(value);
    if (this.exact.length <= MOST_EXACT) return;
    for (const kept of this.exact) this.place(kept);
    this.exact = undefined;
  }

  /** The smallest value that no less than this share of all values do not exceed; null without values. */
  quantile(share: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(Math.ceil(share * this.count), 1);
    if (this.exact !== undefined) return [...this.exact].sort((a, b) => a - b)[rank - 1]!;
    let seen = 0;
    for (const [bucket, values] of [...this.negative].sort(([a], [b]) => b - a)) {
      seen += values;
      if (seen >= rank) return -middleOf(bucket);
    }
    seen += this.zeros;
    if (seen >= rank) return 0;
    for (const [bucket, values] of [...this.positive].sort(([a], [b]) => a - b)) {
      seen += values;
      if (seen >= rank) return middleOf(bucket);
    }
    return null;
  }

  private place(value: number): void {
    if (Math.abs(value) < SMALLEST) {
      this.zeros += 1;
      return;
    }
    const side = value > 0 ? this.positive : this.negative;
    const bucket = Math.ceil(Math.log(Math.abs(value)) / LOG_GROWTH);
    side.set(bucket, (side.get(bucket) ?? 0) + 1);
  }
}

const MOST_EXACT = 1000;
export const RELATIVE_ERROR = 0.005;
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GROWTH = Math.log(GROWTH);
/** Nearer to zero is zero. */
const SMALLEST = 1e-9;

/** The value whose relative distance to both bounds of the bucket is the same. */
function middleOf(bucket: number): number {
  return (2 * GROWTH ** bucket) / (GROWTH + 1);
}
