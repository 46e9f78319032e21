import { readdirSync, readFileSync } from 'node:fs';
import type { Freezer } from './freezer.js';
import { processTimesMs } from './process-times.js';
import { SignalFreezer } from './signal-freezer.js';
import type { ResourceGroup, ResourceGroups } from './resource-group.js';

/**
 * Groups where the worker may use no cgroup: nothing is limited by the kernel here, but use can be measured, and the
 * memory watch ends an instance that uses too much. The sandbox's own /proc lists exactly its processes.
 */
export class SampledProcesses implements ResourceGroups {
  readonly flavour = 'none';
  readonly freezing = 'signals';

  create(_name: string, _tenant: string, limits: { readonly memoryBytes: number }): ResourceGroup {
    return new SampledGroup(limits.memoryBytes);
  }

  async readyToAdd(): Promise<void> {}

  async close(): Promise<void> {}
}

class SampledGroup implements ResourceGroup {
  readonly #memoryBytes: number;
  #firstPid: number | undefined;
  #freezer: Freezer | undefined;

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
  }

  async add(pid: number): Promise<void> {
    this.#firstPid = pid;
  }

  get freezer(): Freezer {
    return (this.#freezer ??= new SignalFreezer(this.#firstPid ?? 0));
  }

  limitCpu(): void {}

  cpuUsedMs(): number {
    return this.#firstPid === undefined ? 0 : processTimesMs(this.#firstPid);
  }

  /**
   * Resident anonymous and shared memory. Pages shared after a fork count once for each process in the cheap reading, so
   * a sum above the limit is read again, where every page is divided by its users.
   */
  usedBytes(): number {
    if (this.#firstPid === undefined) return 0;
    const proc = `/proc/${this.#firstPid}/root/proc`;
    const pids = listProcesses(proc);
    const upperBound = sum(pids, (pid) => kibibytes(`${proc}/${pid}/status`, ['RssAnon:', 'RssShmem:']));
    if (upperBound <= this.#memoryBytes) return upperBound;
    return sum(pids, (pid) => kibibytes(`${proc}/${pid}/smaps_rollup`, ['Pss_Anon:', 'Pss_Shmem:']));
  }

  sharedBytes(): number {
    return 0; // What processes have mapped of it is in `usedBytes`.
  }

  outOfMemoryKills(): number {
    return 0; // The kernel ends nothing on our behalf here.
  }

  async remove(): Promise<void> {
    this.#firstPid = undefined;
  }
}

function listProcesses(proc: string): string[] {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // The instance is gone, or its /proc is not mounted yet.
  }
}

function sum(pids: readonly string[], measure: (pid: string) => number): number {
  return pids.reduce((total, pid) => total + measure(pid), 0);
}

function kibibytes(file: string, keys: readonly string[]): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return 0; // The process ended between the listing and the reading.
  }
  return text
    .split('\n')
    .filter((line) => keys.some((key) => line.startsWith(key)))
    .reduce((total, line) => total + Number.parseInt(line.slice(line.indexOf(':') + 1), 10) * 1024, 0);
}
