import { readFile, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const OWNER_FILE = 'windlass.owner';
const POLL_MILLISECONDS = 25;
// A process that was killed a moment ago is still its children's parent until the kernel has taken it apart.
const DYING_MILLISECONDS = 2_000;

/** Remembers which process a data directory's server is a child of. */
export async function recordOwner(dataDirectory: string): Promise<void> {
  await writeFile(join(dataDirectory, OWNER_FILE), `${process.pid}\n`, { mode: 0o600 });
}

/**
 * Ends what an earlier run left on a data directory. A server whose starter lives is in use: that is an error. One whose
 * starter died is asked to shut down (it was told so by the kernel already, and may be half-way). With nobody left, the
 * lock files are stale and are removed: PostgreSQL itself would believe in them when their process id has been given to
 * another program since, as happens after a reboot and in containers.
 */
export async function clearLeftoverServer(dataDirectory: string, socketFile: string, waitMilliseconds: number): Promise<void> {
  const directory = await realpath(dataDirectory);
  const owner = Number(await readFile(join(directory, OWNER_FILE), 'utf8').catch(() => 'NaN'));
  const started = Date.now();
  const deadline = started + waitMilliseconds;
  for (let signalled = false; ; ) {
    const processes = await serverProcesses(directory);
    if (processes.length === 0) break;
    const inUse = processes.find((found) => found.parent === owner);
    if (inUse) {
      if (Date.now() > started + DYING_MILLISECONDS) throw new Error(`${dataDirectory} is in use: process ${owner} runs PostgreSQL on it (process ${inUse.pid}).`);
      await delay(POLL_MILLISECONDS);
      continue;
    }
    if (Date.now() > deadline) {
      const which = processes.map((found) => found.pid).join(', ');
      throw new Error(`An earlier PostgreSQL (process ${which}) still uses ${dataDirectory} ${waitMilliseconds} ms after it was asked to stop.`);
    }
    // To a worker process the same signal means to cancel its statement: only the server is told, and tells them.
    const pids = new Set(processes.map((found) => found.pid));
    if (!signalled) processes.filter((found) => !pids.has(found.parent)).forEach((found) => signal(found.pid));
    signalled = true;
    await delay(POLL_MILLISECONDS);
  }
  await rm(join(directory, 'postmaster.pid'), { force: true });
  const lock = `${socketFile}.lock`;
  // The second line of a socket's lock file names the data directory of the server that made it.
  const lockedFor = await readFile(lock, 'utf8').then((text) => text.split('\n')[1], () => undefined);
  if (lockedFor === dataDirectory || lockedFor === directory) await rm(lock, { force: true });
}

interface ServerProcess {
  readonly pid: number;
  readonly parent: number;
}

/** Every PostgreSQL process of a data directory: the server and its workers all run with it as current directory. */
export async function serverProcesses(directory: string): Promise<ServerProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readlink(`/proc/${pid}/cwd`)) !== directory) return [];
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        if (!/^Name:\tpostgres$/m.test(status) || /^State:\tZ/m.test(status)) return [];
        return [{ pid: Number(pid), parent: Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]) }];
      } catch {
        // The process ended while we looked, or belongs to somebody else: either way it is not a server we started.
        return [];
      }
    }),
  );
  return found.flat();
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
