export interface FreshnessOptions {
  /** Nothing older is handed out; counted from before it was asked for. */
  readonly maxAgeMs: number;
  /** From this age on a value is loaded anew while it is still handed out, so that nobody who asks often ever waits. */
  readonly refreshAfterMs: number;
  /** Values kept; the one not asked for the longest goes first. */
  readonly capacity: number;
}

interface Entry<V> {
  value?: { readonly of: V; readonly askedAt: number };
  loading?: { readonly promise: Promise<V>; readonly askedAt: number };
}

/** Remembers what it loads for a short while. Whoever asks for one key at the same time shares one load; a failure is not remembered. */
export class FreshValues<V> {
  private readonly entries = new Map<string, Entry<V>>();

  /** `load` is given the value it replaces, however old. `now` counts milliseconds and never goes back. */
  constructor(
    private readonly load: (key: string, previous: V | undefined) => Promise<V>,
    private readonly options: FreshnessOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get size(): number {
    return this.entries.size;
  }

  async get(key: string): Promise<V> {
    const entry = this.touch(key);
    const { value } = entry;
    if (value === undefined || !this.isWithin(value.askedAt, this.options.maxAgeMs)) return this.loaded(key, entry);
    if (!this.isWithin(value.askedAt, this.options.refreshAfterMs)) {
      // When this fails, whoever asks after the value's time loads again and hears of it.
      this.loaded(key, entry).catch(() => undefined);
    }
    return value.of;
  }

  private touch(key: string): Entry<V> {
    const entry = this.entries.get(key) ?? {};
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.options.capacity) break;
      this.entries.delete(oldest);
    }
    return entry;
  }

  private loaded(key: string, entry: Entry<V>): Promise<V> {
    // A load that takes long may have read before the change that its newest caller relies on.
    if (entry.loading !== undefined && this.isWithin(entry.loading.askedAt, this.options.maxAgeMs)) return entry.loading.promise;
    const askedAt = this.now();
    const promise = this.load(key, entry.value?.of).then((of) => {
      if (entry.value === undefined || entry.value.askedAt < askedAt) entry.value = { of, askedAt };
      return of;
    });
    const loading = { promise, askedAt };
    entry.loading = loading;
    const done = (): void => {
      if (entry.loading === loading) delete entry.loading;
    };
    promise.then(done, done);
    return promise;
  }

  private isWithin(askedAt: number, ageMs: number): boolean {
    return this.now() - askedAt <= ageMs;
  }
}
