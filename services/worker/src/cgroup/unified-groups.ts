import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkerGroup, readKey, removeGroup } from './cgroup-files.js';
import { CgroupFreezer } from './freezer.js';

/**
 * Groups of the unified hierarchy without any limit, beside limits of cgroup v1: processes are in both. They freeze, and they count
 * processor time, neither of which needs a controller.
 */
export class UnifiedGroups {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Below the first of these folders where it may be made; undefined when there is none. */
  static open(parents: readonly string[]): UnifiedGroups | undefined {
    for (const parent of parents) {
      try {
        return new UnifiedGroups(openWorkerGroup(parent));
      } catch {
        // Not there, or not ours to write to.
      }
    }
    return undefined;
  }

  create(name: string): UnifiedGroup {
    return new UnifiedGroup(join(this.#folder, name));
  }

  close(): Promise<void> {
    return removeGroup(this.#folder);
  }
}

export class UnifiedGroup {
  readonly freezer: CgroupFreezer;

  constructor(private readonly folder: string) {
    mkdirSync(folder);
    this.freezer = new CgroupFreezer(folder);
  }

  add(pid: number): Promise<void> {
    return this.freezer.add(pid);
  }

  cpuUsedMs(): number {
    return readKey(this.folder, 'cpu.stat', 'usage_usec') / 1_000;
  }

  async remove(): Promise<void> {
    await this.freezer.remove();
    await removeGroup(this.folder);
  }
}
