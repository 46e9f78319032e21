import type { Bench } from './bench.js';

/** One line of a benchmark's table. */
export interface Row {
  readonly what: string;
  /** As measured, with its unit, "0.93 (16 012 of 17 218 requests/s)". */
  readonly measured: string;
  /** What is wanted; absent for a figure that is only told. */
  readonly reach?: string;
  /** Whether it was reached; absent where there is nothing to reach. */
  readonly met?: boolean;
}

/** What a file `<name>.bench.ts` exports. */
export interface Benchmark {
  /** As in `npm run bench -- <name>`. */
  readonly name: string;
  /** A sentence or two: what is measured, on which sides, how. */
  readonly measures: string;
  /** One line for `--list`: what is to be reached. */
  readonly reach: string;
  /** Throws Skipped where the machine lacks what it needs. */
  run(bench: Bench): Promise<readonly Row[]>;
}

/** A benchmark that cannot run here, and why. */
export class Skipped extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Skipped';
  }
}
