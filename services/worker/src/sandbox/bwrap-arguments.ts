import { existsSync } from 'node:fs';
import { CODE_ROOT, HOME, RUNTIME_ROOT, SANDBOX_ID, type Binding, type SystemView } from './sandbox-view.js';

const MIB = 1024 * 1024;
/** /dev/shm and the home folder: memory-backed like /tmp, but small. */
export const SHARED_MEMORY_BYTES = 64 * MIB;
export const HOME_BYTES = 16 * MIB;

/** Descriptors bwrap finds open. */
export const ARGUMENTS_FD = 3;
export const INFO_FD = 4;
export const BLOCK_FD = 5;
export const SECCOMP_FD = 6;

/** Files and folders of /proc that tell of the whole machine and help no function. */
const MASKED_FILES = ['config.gz', 'kallsyms', 'kcore', 'key-users', 'keys', 'kmsg', 'modules', 'sched_debug', 'timer_list', 'vmallocinfo'];
const MASKED_FOLDERS = ['acpi', 'fs', 'pressure', 'scsi', 'sys/fs/binfmt_misc'];

export interface SandboxShape {
  readonly view: SystemView;
  readonly privateEtc: readonly Binding[];
  readonly codeDirectory: string;
  readonly runtimesDirectory: string | undefined;
  readonly tmpBytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** What bwrap reads from `ARGUMENTS_FD`: NUL-terminated, so that neither paths nor secrets stand in a command line. */
export function encodeArguments(shape: SandboxShape): Buffer {
  const options = bwrapArguments(shape);
  // A NUL inside a value would end it early and let the rest of it be read as options of its own.
  if (options.some((option) => option.includes('\0'))) throw new Error('Paths and environment variables cannot contain NUL.');
  return Buffer.from(options.map((option) => `${option}\0`).join(''));
}

/** The options in the order bwrap carries them out. */
function bwrapArguments(shape: SandboxShape): string[] {
  const { view, privateEtc, environment } = shape;
  return [
    // Namespaces. The network namespace has a loopback interface of its own and nothing else.
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup'],
    ...['--uid', String(SANDBOX_ID), '--gid', String(SANDBOX_ID), '--hostname', 'function'],
    // The sandbox ends with bwrap and bwrap ends with the worker; no terminal to push input into.
    ...['--die-with-parent', '--new-session'],
    ...['--info-fd', String(INFO_FD), '--block-fd', String(BLOCK_FD), '--seccomp', String(SECCOMP_FD)],
    ...['--cap-drop', 'ALL'],

    // A root of its own: system folders of the host, read-only, from an allow list.
    ...view.bindings.flatMap(({ inside, host }) => ['--ro-bind', host, inside]),
    ...view.links.flatMap(({ inside, target }) => ['--symlink', target, inside]),
    ...privateEtc.flatMap(({ inside, host }) => ['--ro-bind', host, inside]),
    ...['--proc', '/proc'],
    // Settings of its own namespaces are read-only too: the kernel would let an app change some of them, and none needs to.
    ...['--ro-bind', '/proc/sys', '/proc/sys'],
    ...MASKED_FILES.filter((name) => existsSync(`/proc/${name}`)).flatMap((name) => ['--ro-bind', '/dev/null', `/proc/${name}`]),
    ...MASKED_FOLDERS.filter((name) => existsSync(`/proc/${name}`)).flatMap((name) => emptyFolder(`/proc/${name}`)),
    ...['--dev', '/dev', '--remount-ro', '/dev'],
    ...['--perms', '1777', '--size', String(SHARED_MEMORY_BYTES), '--tmpfs', '/dev/shm'],

    // The package and the runtimes, read-only.
    ...['--perms', '0755', '--dir', '/opt', '--perms', '0755', '--dir', '/opt/function'],
    ...['--ro-bind', shape.codeDirectory, CODE_ROOT],
    ...(shape.runtimesDirectory === undefined ? [] : ['--ro-bind', shape.runtimesDirectory, RUNTIME_ROOT]),

    // The only places that can be written to, each with a size.
    ...['--perms', '1777', '--size', String(shape.tmpBytes), '--tmpfs', '/tmp'],
    ...['--perms', '0755', '--dir', '/var', '--symlink', '/tmp', '/var/tmp'],
    ...['--perms', '0755', '--dir', '/home', '--perms', '0755', '--size', String(HOME_BYTES), '--tmpfs', HOME],
    ...['--dir', `${HOME}/log`, '--dir', `${HOME}/runtime`],
    ...['--remount-ro', '/'],

    ...['--chdir', CODE_ROOT, '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

function emptyFolder(path: string): string[] {
  return ['--size', '4096', '--tmpfs', path, '--remount-ro', path];
}
