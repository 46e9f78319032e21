/** How much the last request counts against all before it. */
const WEIGHT = 0.1;

/** How long requests of a function run, as far as it is known: an average that follows what changes. */
export class RunTime {
  private averageMs: number | undefined;

  ran(milliseconds: number): void {
    this.averageMs = this.averageMs === undefined ? milliseconds : this.averageMs + (milliseconds - this.averageMs) * WEIGHT;
  }

  /**
   * The least that a request with so many before it will likely wait until one of these slots, all taken now, is its own; 0 when
   * nothing is known. A round of the slots ends for each `slots` that wait before it; the round under way is not counted.
   */
  expectedWaitMs(before: number, slots: number): number {
    return slots === 0 || this.averageMs === undefined ? 0 : Math.floor(before / slots) * this.averageMs;
  }
}
