import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const prctl = libc.func('int prctl(int option, ulong value, ulong, ulong, ulong)');
const waitpid = libc.func('int waitpid(int pid, void *status, int options)');

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/**
 * bwrap may end before the first process of its sandbox, which then needs someone to collect it. That is the machine's
 * init, unless this process says that it takes its own orphans: in a container there is often no init that would.
 */
export function adoptOrphans(): void {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) throw new Error(`prctl(PR_SET_CHILD_SUBREAPER) failed with errno ${koffi.errno()}`);
}

/** Collects an ended process, if it has become ours. */
export function collect(pid: number): void {
  waitpid(pid, null, WNOHANG);
}
