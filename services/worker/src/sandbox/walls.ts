import type { MemoryUse, ResourceGroup } from '../cgroup/resource-group.js';
import type { InstanceSpec } from '../instance/instance-spec.js';
import { ARGUMENTS_FD, encodeArguments, SECCOMP_FD, standardOptions, type SandboxShape } from './bwrap-arguments.js';
import { signal } from './signal.js';
import { BOOTSTRAP } from './check-bootstrap.js';
import type { SandboxHost } from './sandbox-host.js';

const MIB = 1024 * 1024;
const MOST_OPEN_FILES = 2048;
export const MOST_PROCESSES = 1024;

/** How the chain of programs goes on once it has left root, for one isolation class. */
export interface Walls {
  readonly command: readonly string[];
  /** What bwrap and what it starts read from these descriptors. */
  readonly inputs: ReadonlyMap<number, Buffer>;
  /** The most processes and threads of the group. */
  readonly processes: number;
  /** Memory of the walls themselves, which is not the app's, in bytes. */
  readonly ownBytes: number;
  /** Sends the app SIGTERM. It may have ended meanwhile. */
  askToEnd(firstPid: number): void;
  /** The app's memory. `root`: the root folder of the sandbox's first process. */
  memoryOf(group: ResourceGroup, root: string): MemoryUse;
}

/** Namespaces, a filter and limits of the machine's own kernel. */
export function standardWalls(host: SandboxHost, shape: SandboxShape, spec: InstanceSpec): Walls {
  const limits = [`--nofile=${MOST_OPEN_FILES}`, `--nproc=${MOST_PROCESSES}`, '--core=0', `--fsize=${spec.ephemeralStorageMb * MIB + MIB}`];
  return {
    command: [host.tools.bwrap, '--args', String(ARGUMENTS_FD), '--', host.tools.prlimit, ...limits, '--', BOOTSTRAP],
    inputs: new Map([
      [ARGUMENTS_FD, encodeArguments(standardOptions(shape))],
      [SECCOMP_FD, host.seccomp.app],
    ]),
    processes: MOST_PROCESSES,
    ownBytes: 0,
    // The group of the app's session: a shell that is `bootstrap` and the server it started alike. The first process is in it too, but as
    // a namespace's init it ignores the signal.
    askToEnd: (firstPid) => signal(-firstPid, 'SIGTERM'),
    memoryOf: (group) => group,
  };
}
