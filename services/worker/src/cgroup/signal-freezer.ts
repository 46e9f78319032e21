import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Freezer } from './freezer.js';

const FREEZE_TIMEOUT_MS = 1_000;
const POLL_MS = 2;

/**
 * Freezes where no cgroup is to be had: SIGSTOP and SIGCONT to every process of a pid namespace but its first, which only waits for the
 * others. A stopped process can be killed. Unlike in a cgroup, an app can notice: SIGCONT may be handled.
 */
export class SignalFreezer implements Freezer {
  #freezing = false;

  /** `firstPid`: of the namespace's first process, from which all others descend. */
  constructor(private readonly firstPid: number) {}

  async freeze(): Promise<boolean> {
    this.#freezing = true;
    const giveUpAt = performance.now() + FREEZE_TIMEOUT_MS;
    while (this.#freezing && performance.now() < giveUpAt) {
      // One that was about to start another when it was told to stop is seen in the next round.
      const running = processesBelow(this.firstPid).filter(isRunning);
      if (running.length === 0) return true;
      for (const pid of running) signal(pid, 'SIGSTOP');
      await delay(POLL_MS);
    }
    this.thaw();
    return false;
  }

  thaw(): void {
    if (!this.#freezing) return;
    this.#freezing = false;
    for (const pid of processesBelow(this.firstPid)) signal(pid, 'SIGCONT');
  }
}

/** Every process that descends from this one, found anew each time: a pid that was seen before may mean another process by now. */
export function processesBelow(firstPid: number): number[] {
  const found: number[] = [];
  const parents = [firstPid];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    const children = childrenOf(parent);
    found.push(...children);
    parents.push(...children);
  }
  return found;
}

/** Each thread has children of its own. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number));
  } catch {
    return []; // It ended between the listing and the reading.
  }
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'TtZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
