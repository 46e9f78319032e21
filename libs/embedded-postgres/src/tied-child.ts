import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A child whose standard error (and nothing else) is read by us. */
export type TiedChild = ChildProcessByStdio<null, null, Readable>;

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a PostgreSQL program that ends with this process, even when this process is killed with SIGKILL: `setpriv`
 * asks the kernel to send it SIGINT (for PostgreSQL: disconnect everybody and shut down) when its parent dies.
 *
 * PostgreSQL refuses to run as root. As root we therefore put it in a user namespace in which root's files belong to an
 * ordinary user: no account is made on the host, and directories that only root may enter keep working. Each program
 * replaces the one before it, so the child's process id is PostgreSQL's own.
 */
export function spawnTied(program: string, args: readonly string[]): TiedChild {
  const tied = ['setpriv', '--pdeathsig', 'INT', program, ...args];
  const command = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', ...tied] : tied;
  return spawn(command[0]!, command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C in a terminal is for us, who then stop it when those who use it have ended.
    detached: true,
    // Nothing of our own environment: PG* variables would change what the programs do, and secrets are not theirs.
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC' },
  });
}

/** How a child ended; `error` when it could not even be started. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** Resolves when the child has ended and its last output was read; never rejects. */
export function childEnd(child: TiedChild): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT' ? new Error(`${error.path} was not found in ${SYSTEM_PATH} (Debian: apt-get install util-linux)`, { cause: error }) : error;
      if (child.pid === undefined) resolve({ code: null, signal: null, error: missing });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

export function describeEnd(end: ChildEnd): string {
  if (end.error) return end.error.message;
  return end.signal ? `ended by ${end.signal}` : `exit code ${end.code}`;
}
