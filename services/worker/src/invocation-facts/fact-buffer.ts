import type { FinishedRequest } from '../invocation/index.js';
import { EncodedFacts } from './encoded-facts.js';

/** Of one batch: a message stays well below the megabyte that brokers take. */
const BATCH_FACTS = 2_000;

/** What waits of one function: batches, the oldest first; only the last one has room. */
interface Kept {
  readonly batches: EncodedFacts[];
  facts: number;
  /** Lost since the last batch was taken. */
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
    if (kept === undefined) this.functions.set(func_id, (kept = { batches: [], facts: 0, dropped: 0 }));
    let batch = kept.batches.at(-1);
    if (batch === undefined || batch.length >= BATCH_FACTS) kept.batches.push((batch = new EncodedFacts(request.spec)));
    batch.add(request);
    kept.facts += 1;
    this.size += 1;
    if (this.size > this.maxFacts) this.dropSome();
  }

  /** Takes out the oldest batch of each of so many functions. */
  take(maxFunctions: number): EncodedFacts[] {
    const taken: EncodedFacts[] = [];
    for (const [functionId, kept] of this.functions) {
      if (taken.length === maxFunctions) break;
      const batch = kept.batches.shift();
      // What is left goes to the end: its turn comes after the others'.
      this.functions.delete(functionId);
      if (kept.batches.length > 0) this.functions.set(functionId, kept);
      if (batch === undefined) continue;
      batch.dropped = kept.dropped;
      kept.dropped = 0;
      kept.facts -= batch.length;
      this.size -= batch.length;
      taken.push(batch);
    }
    return taken;
  }

  /** A tenth of the fullest at once, as finding it costs more than dropping one. The newest always stays. */
  private dropSome(): void {
    const fullest = [...this.functions.values()].reduce((a, b) => (a.facts >= b.facts ? a : b));
    for (let left = Math.max(1, Math.floor(fullest.facts / 10)); left > 0; ) {
      const oldest = fullest.batches[0] as EncodedFacts;
      const dropped = Math.min(left, oldest.length);
      if (dropped === oldest.length) fullest.batches.shift();
      else oldest.dropOldest(dropped);
      left -= dropped;
      fullest.facts -= dropped;
      fullest.dropped += dropped;
      this.size -= dropped;
    }
  }
}
