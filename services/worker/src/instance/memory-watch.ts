import type { MemoryUse } from '../cgroup/resource-group.js';

const INTERVAL_MS = 100;
/** Readings in one interval; with more instances than this, each is read in every second, third … interval. */
const MOST_READINGS = 64;

/** The memory of one instance, as it was read. */
export interface MemoryReading {
  /** At the last reading, and the most at any, in bytes. */
  readonly usedBytes: number;
  readonly peakBytes: number;
  /** Reads now. */
  read(): number;
  /** No readings until `resume`: a frozen instance takes no memory. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/**
 * Ends instances that use more than their memory. A cgroup's hard limit must leave room for files in /tmp, which are
 * memory too, so it alone is too wide; and where there are no cgroups this is the only limit.
 */
export class MemoryWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `onExceeded` once, when use is above the limit or the kernel has ended a process for it. */
  watch(memory: MemoryUse, memoryBytes: number, onExceeded: () => void): MemoryReading {
    return new Watched(memory, memoryBytes, onExceeded, {
      add: (watched) => {
        this.#watched.add(watched);
        this.#timer ??= setInterval(() => this.#readSome(), INTERVAL_MS).unref();
      },
      delete: (watched) => {
        this.#watched.delete(watched);
        if (this.#watched.size > 0) return;
        clearInterval(this.#timer);
        this.#timer = undefined;
      },
    });
  }

  #readSome(): void {
    // A set keeps its order of insertion, so what is put back at the end is read last next time.
    for (const watched of [...this.#watched].slice(0, MOST_READINGS)) {
      this.#watched.delete(watched);
      if (!watched.check()) this.#watched.add(watched);
    }
  }
}

interface Watchers {
  add(watched: Watched): void;
  delete(watched: Watched): void;
}

class Watched implements MemoryReading {
  usedBytes = 0;
  peakBytes = 0;
  #over = false;

  constructor(
    private readonly memory: MemoryUse,
    private readonly memoryBytes: number,
    private readonly onExceeded: () => void,
    private readonly watchers: Watchers,
  ) {
    watchers.add(this);
  }

  read(): number {
    this.usedBytes = this.memory.usedBytes();
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
    return this.usedBytes;
  }

  /** True when it need not be looked at any more. */
  check(): boolean {
    this.#over = this.read() > this.memoryBytes || this.memory.outOfMemoryKills() > 0;
    if (this.#over) this.onExceeded();
    return this.#over;
  }

  pause(): void {
    this.watchers.delete(this);
  }

  resume(): void {
    if (!this.#over) this.watchers.add(this);
  }

  stop(): void {
    this.#over = true;
    this.watchers.delete(this);
  }
}
