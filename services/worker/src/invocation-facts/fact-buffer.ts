import type { FinishedRequest } from '../invocation/index.js';

/** Finished requests of one function, oldest first, with how many were lost. */
export interface FunctionFacts {
  readonly requests: readonly FinishedRequest[];
  readonly dropped: number;
}

interface Kept {
  requests: FinishedRequest[];
  dropped: number;
}

/** Finished requests that wait to be published, by function. Bounded: when it is full, the function with the most loses its oldest. */
export class FactBuffer {
  private readonly functions = new Map<string, Kept>();
  size = 0;

  constructor(private readonly maxFacts: number) {}

  add(request: FinishedRequest): void {
    const { func_id } = request.spec;
    let kept = this.functions.get(func_id);
    if (kept === undefined) this.functions.set(func_id, (kept = { requests: [], dropped: 0 }));
    kept.requests.push(request);
    this.size += 1;
    if (this.size > this.maxFacts) this.dropSome();
  }

  /** Takes out up to so many of each of so many functions, and what was dropped of them. */
  take(maxFunctions: number, maxFacts: number): FunctionFacts[] {
    const taken: FunctionFacts[] = [];
    for (const [functionId, kept] of this.functions) {
      if (taken.length === maxFunctions) break;
      const requests = kept.requests.splice(0, maxFacts);
      this.size -= requests.length;
      taken.push({ requests, dropped: kept.dropped });
      kept.dropped = 0;
      // What is left goes to the end: its turn comes after the others'.
      this.functions.delete(functionId);
      if (kept.requests.length > 0) this.functions.set(functionId, kept);
    }
    return taken;
  }

  /** A tenth of the fullest at once, as taking the first of many costs as much as taking some. The newest always stays. */
  private dropSome(): void {
    const fullest = [...this.functions.values()].reduce((a, b) => (a.requests.length >= b.requests.length ? a : b));
    const dropped = fullest.requests.splice(0, Math.max(1, Math.floor(fullest.requests.length / 10)));
    fullest.dropped += dropped.length;
    this.size -= dropped.length;
  }
}
