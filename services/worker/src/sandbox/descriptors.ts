import { readdirSync } from 'node:fs';
import koffi from 'koffi';

const fcntl = koffi.load('libc.so.6').func('int fcntl(int fd, int command, int value)');
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const FIRST_BEYOND_STDIO = 3;

/**
 * Marks every open descriptor to be closed in the programs this process starts. Node does so for those it opens, but not
 * for those it was born with, and a sandbox must not inherit a stranger's file or socket.
 */
export function keepDescriptorsPrivate(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    // The listing's own descriptor is closed by now; setting a flag on it fails, which is right.
    if (fd >= FIRST_BEYOND_STDIO) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}
