import { mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { moveInto, removeGroup, write } from './cgroup-files.js';

/** Holds the processes of one instance still, and lets them go on. */
export interface Freezer {
  /** Resolves with true when none of them runs any more, with false when they did not stop in time or were thawed meanwhile. */
  freeze(): Promise<boolean>;
  /** Lets them go on, at once: a request waits for it. Does nothing when they run, or are gone. */
  thaw(): void;
}

const FREEZE_TIMEOUT_MS = 1_000;
const POLL_MS = 2;

/**
 * Freezes a group of cgroup v2. It needs no controller there, so it also works beside limits of cgroup v1. That version's own freezer
 * is not used: what it has frozen cannot be killed, so it would outlive a worker that was killed.
 *
 * What is frozen is a group inside the instance's own. The sandbox's first process leaves it before the first freezing: it only waits for
 * the others, and would not hear of it if one were killed.
 */
export class CgroupFreezer implements Freezer {
  readonly #folder: string;
  #firstPid: number | undefined;
  #freezing = false;

  constructor(private readonly instanceFolder: string) {
    this.#folder = join(instanceFolder, 'app');
    mkdirSync(this.#folder);
  }

  /** Puts the sandbox's first process in, and with it everything it will start. */
  async add(firstPid: number): Promise<void> {
    await moveInto([this.#folder], firstPid);
    this.#firstPid = firstPid;
  }

  remove(): Promise<void> {
    return removeGroup(this.#folder);
  }

  async freeze(): Promise<boolean> {
    this.#freezing = true;
    // Off this thread: a process that changes its group waits about 10 ms in the kernel.
    if (this.#firstPid !== undefined) await writeFile(join(this.instanceFolder, 'cgroup.procs'), String(this.#firstPid));
    this.#firstPid = undefined;
    if (!this.#freezing) return false;
    write(this.#folder, 'cgroup.freeze', 1);
    const giveUpAt = performance.now() + FREEZE_TIMEOUT_MS;
    while (this.#freezing && performance.now() < giveUpAt) {
      if (readFileSync(join(this.#folder, 'cgroup.events'), 'utf8').includes('frozen 1')) return this.#freezing;
      await delay(POLL_MS);
    }
    this.thaw();
    return false;
  }

  thaw(): void {
    if (!this.#freezing) return;
    this.#freezing = false;
    try {
      write(this.#folder, 'cgroup.freeze', 0);
    } catch (error) {
      // The group has been removed: its processes are gone.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
