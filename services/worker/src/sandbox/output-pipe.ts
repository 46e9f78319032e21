import { closeSync, fchownSync } from 'node:fs';
import koffi from 'koffi';

const pipe2 = koffi.load('libc.so.6').func('int pipe2(_Out_ int *ends, int flags)');
const O_CLOEXEC = 0o2000000;

export interface OutputPipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * A real pipe, where `spawn` would make a socket: programs that open /dev/stdout or /dev/stderr can reopen a pipe that
 * belongs to their uid, and cannot reopen a socket.
 */
export function openOutputPipe(ownerUid: number | undefined): OutputPipe {
  const ends = [-1, -1];
  if (pipe2(ends, O_CLOEXEC) !== 0) throw new Error(`pipe2 failed with errno ${koffi.errno()}`);
  const [readFd = -1, writeFd = -1] = ends;
  try {
    if (ownerUid !== undefined) fchownSync(writeFd, ownerUid, ownerUid);
  } catch (error) {
    closeSync(readFd);
    closeSync(writeFd);
    throw error;
  }
  return { readFd, writeFd };
}
