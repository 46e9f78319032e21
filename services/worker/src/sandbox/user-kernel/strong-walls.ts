import { spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import type { MemoryUse, ResourceGroup } from '../../cgroup/resource-group.js';
import { ARGUMENTS_FD, CONFIGURATION_FD, encodeArguments, HOME_BYTES, homeFolders, rootOptions, SECCOMP_FD, wallOptions, writableFolder, type SandboxShape } from '../bwrap-arguments.js';
import { BOOTSTRAP } from '../check-bootstrap.js';
import type { SandboxHost } from '../sandbox-host.js';
import { SANDBOX_ID } from '../sandbox-view.js';
import { MOST_PROCESSES, type Walls } from '../walls.js';
import { containerConfiguration, FUNCTION_ROOT, WRITABLE_FOLDERS } from './container-configuration.js';

const MIB = 1024 * 1024;
const PROGRAM = '/runsc';
const BUNDLE = '/bundle';
const STATE = '/state';
const SIGNAL_MS = 5_000;
const STATE_BYTES = 16 * MIB;
/** What the kernel and its helpers take themselves: 17 MiB when measured, with room for tables that grow with the app. */
const KERNEL_BYTES = 24 * MIB;
/** Of the kernel's own: a thread for each of the app's, and those of three programs. */
const KERNEL_THREADS = 1024;
/** Every file the app has open is one of the kernel's too. */
const MOST_OPEN_FILES = 16_384;

/**
 * A kernel of its own (gVisor's runsc) inside the walls of a standard sandbox: it runs as the instance's host uid, in its namespaces and
 * its group, without a capability outside of them, and whoever breaks out of it is where an app of the other class begins.
 *
 * The app's root lies in a folder of that sandbox. Its network is the sandbox's own, so the worker dials it as any other.
 */
export function strongWalls(host: Pick<SandboxHost, 'tools' | 'seccomp'>, program: string, shape: SandboxShape, command: readonly string[] = [BOOTSTRAP]): Walls {
  const options = [
    ...wallOptions(),
    ...['--ro-bind', program, PROGRAM],
    ...['--perms', '0755', '--dir', BUNDLE, '--perms', '0400', '--file', String(CONFIGURATION_FD), `${BUNDLE}/config.json`],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...writableFolder(STATE, '0700', STATE_BYTES),
    // Where the kernel makes the empty root it runs in.
    ...writableFolder('/tmp', '0700', MIB),
    ...['--perms', '0755', '--dir', FUNCTION_ROOT],
    ...rootOptions(shape, FUNCTION_ROOT),
    ...WRITABLE_FOLDERS.flatMap(({ inside }) => ['--perms', '0755', '--dir', `${FUNCTION_ROOT}${inside}`]),
    ...WRITABLE_FOLDERS.flatMap(({ source, mode, kind }) => writableFolder(source, mode, kind === 'tmp' ? shape.tmpBytes : HOME_BYTES)),
    ...WRITABLE_FOLDERS.flatMap(({ source, kind }) => (kind === 'home' ? homeFolders(source) : [])),
    ...['--remount-ro', '/', '--chdir', '/', '--clearenv'],
  ];
  const limits = [`--nofile=${MOST_OPEN_FILES}`, '--core=0'];
  return {
    // The limits come first: nothing inside could set them.
    command: [host.tools.prlimit, ...limits, '--', host.tools.bwrap, '--args', String(ARGUMENTS_FD), '--', PROGRAM, ...kernelOptions(), 'run', '--bundle', BUNDLE, 'app'],
    inputs: new Map([
      [ARGUMENTS_FD, encodeArguments(options)],
      [SECCOMP_FD, host.seccomp.userKernel],
      [CONFIGURATION_FD, Buffer.from(JSON.stringify(containerConfiguration(command, shape)))],
    ]),
    processes: MOST_PROCESSES + KERNEL_THREADS,
    ownBytes: KERNEL_BYTES,
    askToEnd: (firstPid) => askToEnd(host.tools.nsenter, firstPid),
    memoryOf: (group, root) => new AppMemory(group, WRITABLE_FOLDERS.map(({ source }) => root + source)),
  };
}

/**
 * The kernel takes signals for its app from its own program only, started where the kernel keeps its state: in the namespaces of the
 * sandbox. Whether it could is seen by whether the app ends within the grace.
 */
function askToEnd(nsenter: string, firstPid: number): void {
  const user = ['--setuid', String(SANDBOX_ID), '--setgid', String(SANDBOX_ID), '--preserve-credentials'];
  const inside = ['--target', String(firstPid), '--user', '--mount', '--pid', ...user, '--', PROGRAM, ...kernelOptions()];
  spawn(nsenter, [...inside, 'kill', '--all', 'app', 'TERM'], { env: {}, cwd: '/', stdio: 'ignore', timeout: SIGNAL_MS }).on('error', () => undefined);
}

function kernelOptions(): string[] {
  return [
    ...['--root', STATE, '--log', '/dev/null', '--platform', 'systrap'],
    // The network of the sandbox around it; its limits are the group's; files go where they belong and not into a layer on top.
    ...['--network', 'host', '--ignore-cgroups', '--overlay2', 'none'],
  ];
}

/**
 * The kernel keeps the app's memory in a file of its own, so to the machine it is shared memory, as files in memory-backed folders are.
 * Those are known apart by the size of their folders.
 */
class AppMemory implements MemoryUse {
  constructor(
    private readonly group: ResourceGroup,
    private readonly folders: readonly string[],
  ) {}

  usedBytes(): number {
    return Math.max(0, this.group.usedBytes() + this.group.sharedBytes() - this.folders.reduce((sum, folder) => sum + usedIn(folder), 0) - KERNEL_BYTES);
  }

  outOfMemoryKills(): number {
    return this.group.outOfMemoryKills();
  }
}

function usedIn(folder: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(folder);
    return (blocks - bfree) * bsize;
  } catch {
    return 0; // The instance is gone.
  }
}
