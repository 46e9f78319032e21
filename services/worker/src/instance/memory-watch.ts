import type { ResourceGroup } from '../cgroup/resource-group.js';

const INTERVAL_MS = 100;
/** Readings in one interval; with more instances than this, each is read in every second, third … interval. */
const MOST_READINGS = 64;

interface Watched {
  readonly group: ResourceGroup;
  readonly memoryBytes: number;
  readonly onExceeded: () => void;
}

/**
 * Ends instances that use more than their memory. A cgroup's hard limit must leave room for files in /tmp, which are
 * memory too, so it alone is too wide; and where there are no cgroups this is the only limit.
 */
export class MemoryWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `onExceeded` once, when use is above the limit or the kernel has ended a process for it. Answers how to stop. */
  watch(group: ResourceGroup, memoryBytes: number, onExceeded: () => void): () => void {
    const watched = { group, memoryBytes, onExceeded };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#readSome(), INTERVAL_MS).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #readSome(): void {
    // A set keeps its order of insertion, so what is put back at the end is read last next time.
    for (const watched of [...this.#watched].slice(0, MOST_READINGS)) {
      this.#watched.delete(watched);
      const { group, memoryBytes, onExceeded } = watched;
      if (group.usedBytes() > memoryBytes || group.outOfMemoryKills() > 0) onExceeded();
      else this.#watched.add(watched);
    }
  }
}
