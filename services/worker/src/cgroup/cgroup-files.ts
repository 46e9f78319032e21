import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Reads and writes of the cgroup file system. They never touch a disk, so they are synchronous. */

/** One value of a file of "key value" lines; 0 when the key or the file is not there. */
export function readKey(folder: string, file: string, key: string): number {
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch {
    return 0; // The group is gone.
  }
  for (const line of text.split('\n')) {
    if (line.startsWith(`${key} `)) return Number(line.slice(key.length + 1));
  }
  return 0;
}

export function write(folder: string, file: string, value: string | number): void {
  writeFileSync(join(folder, file), String(value));
}

/** Puts a process into groups, off this thread: the kernel waits for every process that is just being started. */
export async function moveInto(folders: readonly string[], pid: number): Promise<void> {
  await Promise.all(folders.map((folder) => writeFile(join(folder, 'cgroup.procs'), String(pid))));
}

/** Writes a limit of a group that may be gone. */
export function writeIfThere(folder: string, file: string, value: string | number): void {
  try {
    write(folder, file, value);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * Puts this process into the group it is in (`own`). That changes nothing, and has the kernel get ready to change groups: what follows
 * within some milliseconds does not wait. Off this thread, as it takes about 10 ms.
 */
export async function getReadyToMove(own: string | undefined): Promise<void> {
  // Where it may not be, changing groups is slower and nothing else.
  if (own !== undefined) await writeFile(join(own, 'cgroup.procs'), String(process.pid)).catch(() => undefined);
}

const REMOVE_ATTEMPTS = 400;
const REMOVE_PAUSE_MS = 5;

/** Removes a group. One with processes that are still ending is busy for a moment. */
export async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || attempt === REMOVE_ATTEMPTS) throw error;
    }
    await delay(REMOVE_PAUSE_MS);
  }
}

const WORKER_GROUP = /^windlass-worker-(\d+)-/;

/** A folder below `parent` for the groups of one host of instances. Those of workers that ended without removing theirs go. */
export function openWorkerGroup(parent: string): string {
  for (const name of readdirSync(parent)) {
    const pid = Number(WORKER_GROUP.exec(name)?.[1] ?? process.pid);
    if (!isAlive(pid)) removeLeftover(join(parent, name));
  }
  const folder = join(parent, `windlass-worker-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder);
  return folder;
}

function removeLeftover(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeLeftover(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // Still busy, or another worker's sweep was faster: the next start finds it.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
