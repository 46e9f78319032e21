/** Whoever waits: for what, and whose it is. */
export interface Waiting {
  readonly tenant: string;
  readonly key: string;
}

export interface QueueBounds {
  /** How many may wait for one key. */
  readonly perKey: number;
  /** How many may wait in all. */
  readonly total: number;
}

export type Offer<T> =
  /** `displaced` had to leave for it, and must be told. */
  | { readonly accepted: true; readonly displaced: T | undefined }
  /** Which bound it met. */
  | { readonly accepted: false; readonly bound: keyof QueueBounds };

/**
 * Waiting requests of all functions of a worker: first come, first served for each, and bounded in all. When it is full, the room belongs
 * to all tenants alike: who has fewer waiting takes the place of the newest of who has the most, so that one who floods is refused its
 * own requests and nobody else's.
 */
export class FairQueue<T extends Waiting> {
  private readonly byKey = new Map<string, Set<T>>();
  private readonly byTenant = new Map<string, Set<T>>();
  /** How many wait in all. */
  size = 0;

  constructor(private readonly bounds: QueueBounds) {}

  offer(entry: T): Offer<T> {
    if (this.waitingFor(entry.key) >= this.bounds.perKey) return { accepted: false, bound: 'perKey' };
    let displaced: T | undefined;
    if (this.size >= this.bounds.total) {
      displaced = this.newestOfTheLargest(this.waitingOf(entry.tenant) + 1);
      if (displaced === undefined) return { accepted: false, bound: 'total' };
      this.remove(displaced);
    }
    into(this.byKey, entry.key).add(entry);
    into(this.byTenant, entry.tenant).add(entry);
    this.size += 1;
    return { accepted: true, displaced };
  }

  /** Takes out who has waited the longest for this key. */
  next(key: string): T | undefined {
    const first = this.byKey.get(key)?.values().next().value;
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** False when it does not wait any more. */
  remove(entry: T): boolean {
    if (this.byKey.get(entry.key)?.delete(entry) !== true) return false;
    if (this.byKey.get(entry.key)?.size === 0) this.byKey.delete(entry.key);
    this.byTenant.get(entry.tenant)?.delete(entry);
    if (this.byTenant.get(entry.tenant)?.size === 0) this.byTenant.delete(entry.tenant);
    this.size -= 1;
    return true;
  }

  /** In the order they came. */
  of(key: string): Iterable<T> {
    return this.byKey.get(key) ?? [];
  }

  waitingFor(key: string): number {
    return this.byKey.get(key)?.size ?? 0;
  }

  waitingOf(tenant: string): number {
    return this.byTenant.get(tenant)?.size ?? 0;
  }

  /** Of the tenant with the most, if it has more than this many. */
  private newestOfTheLargest(moreThan: number): T | undefined {
    let largest: Set<T> | undefined;
    for (const waiting of this.byTenant.values()) if (waiting.size > (largest?.size ?? moreThan)) largest = waiting;
    return largest === undefined ? undefined : [...largest].at(-1);
  }
}

function into<T>(sets: Map<string, Set<T>>, name: string): Set<T> {
  let found = sets.get(name);
  if (found === undefined) sets.set(name, (found = new Set()));
  return found;
}
