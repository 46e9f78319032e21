import { analysisTooLarge } from './analysis.errors.js';
import { numberOf, order, type Evaluation, type Row } from './evaluate.js';
import { QuantileSketch } from './quantile-sketch.js';
import type { Aggregate, Value } from './select.js';

/** What an aggregate has seen so far of one group. */
export interface Accumulator {
  add(value: Value): void;
  readonly result: Value;
}

/** How many different values `count(distinct …)` may hold, all groups together. */
export class DistinctBudget {
  private left = MOST_DISTINCT;

  take(): void {
    this.left -= 1;
    if (this.left < 0) throw analysisTooLarge(`count(distinct …) came to more than ${MOST_DISTINCT} different values. Narrow the search or the time.`);
  }
}

const MOST_DISTINCT = 200_000;

export function accumulatorOf(aggregate: Aggregate, budget: DistinctBudget): Accumulator {
  switch (aggregate.name) {
    case 'count':
      return aggregate.of === 'lines' ? new CountLines() : new CountValues();
    case 'count distinct':
      return new CountDistinct(budget);
    case 'sum':
      return new Sum(false);
    case 'avg':
      return new Sum(true);
    case 'min':
      return new Extreme(-1);
    case 'max':
      return new Extreme(1);
    case 'percentile':
      return new Percentile(aggregate.share);
    default:
      return aggregate satisfies never;
  }
}

/** What an aggregate looks at in a line. */
export function argumentOf<R extends Row>({ of }: Aggregate, compile: (expr: Exclude<Aggregate['of'], 'lines'>) => Evaluation<R>): Evaluation<R> {
  return of === 'lines' ? () => null : compile(of);
}

class CountLines implements Accumulator {
  result = 0;

  add(): void {
    this.result += 1;
  }
}

class CountValues implements Accumulator {
  result = 0;

  add(value: Value): void {
    if (value !== null) this.result += 1;
  }
}

class CountDistinct implements Accumulator {
  private readonly seen = new Set<Value>();

  constructor(private readonly budget: DistinctBudget) {}

  add(value: Value): void {
    if (value === null || this.seen.has(value)) return;
    this.budget.take();
    this.seen.add(value);
  }

  get result(): Value {
    return this.seen.size;
  }
}

class Sum implements Accumulator {
  private sum = 0;
  private count = 0;

  constructor(private readonly averaged: boolean) {}

  add(value: Value): void {
    const number = numberOf(value);
    if (number === null) return;
    this.sum += number;
    this.count += 1;
  }

  get result(): Value {
    if (this.count === 0) return null;
    return this.averaged ? this.sum / this.count : this.sum;
  }
}

class Extreme implements Accumulator {
  result: Value = null;

  constructor(private readonly direction: 1 | -1) {}

  add(value: Value): void {
    if (value === null) return;
    if (this.result === null || order(value, this.result) * this.direction > 0) this.result = value;
  }
}

class Percentile implements Accumulator {
  private readonly sketch = new QuantileSketch();

  constructor(private readonly share: number) {}

  add(value: Value): void {
    const number = numberOf(value);
    if (number !== null) this.sketch.add(number);
  }

  get result(): Value {
    return this.sketch.quantile(this.share);
  }
}
