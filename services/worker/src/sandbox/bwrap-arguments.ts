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
/** Only where the sandbox holds a kernel of its own: what that is to run. */
export const CONFIGURATION_FD = 7;

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
export function encodeArguments(options: readonly string[]): Buffer {
  // A NUL inside a value would end it early and let the rest of it be read as options of its own.
  if (options.some((option) => option.includes('\0'))) throw new Error('Paths and environment variables cannot contain NUL.');
  return Buffer.from(options.map((option) => `${option}\0`).join(''));
}

/** The options of a sandbox of the machine's own kernel, in the order bwrap carries them out. */
export function standardOptions(shape: SandboxShape): string[] {
  return [
    ...wallOptions(),
    ...rootOptions(shape, ''),
    ...['--proc', '/proc'],
    // Settings of its own namespaces are read-only too: the kernel would let an app change some of them, and none needs to.
    ...['--ro-bind', '/proc/sys', '/proc/sys'],
    ...MASKED_FILES.filter((name) => existsSync(`/proc/${name}`)).flatMap((name) => ['--ro-bind', '/dev/null', `/proc/${name}`]),
    ...MASKED_FOLDERS.filter((name) => existsSync(`/proc/${name}`)).flatMap((name) => emptyFolder(`/proc/${name}`)),
    ...['--dev', '/dev', '--remount-ro', '/dev'],
    ...['--perms', '1777', '--size', String(SHARED_MEMORY_BYTES), '--tmpfs', '/dev/shm'],

    // The only places that can be written to, each with a size.
    ...writableFolder('/tmp', '1777', shape.tmpBytes),
    ...writableFolder(HOME, '0755', HOME_BYTES),
    ...homeFolders(HOME),
    ...['--remount-ro', '/'],

    ...['--chdir', CODE_ROOT, '--clearenv'],
    ...Object.entries(shape.environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

/** What every sandbox is made of, whatever it holds. */
export function wallOptions(): string[] {
  return [
    // Namespaces. The network namespace has a loopback interface of its own and nothing else.
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup'],
    ...['--uid', String(SANDBOX_ID), '--gid', String(SANDBOX_ID), '--hostname', 'function'],
    // The sandbox ends with bwrap and bwrap ends with the worker; no terminal to push input into.
    ...['--die-with-parent', '--new-session'],
    ...['--info-fd', String(INFO_FD), '--block-fd', String(BLOCK_FD), '--seccomp', String(SECCOMP_FD)],
    ...['--cap-drop', 'ALL'],
  ];
}

/** A root for the app below `prefix`: system folders of the host from an allow list, the package and the runtimes, all read-only. */
export function rootOptions({ view, privateEtc, codeDirectory, runtimesDirectory }: SandboxShape, prefix: string): string[] {
  const folder = (path: string): string[] => ['--perms', '0755', '--dir', `${prefix}${path}`];
  return [
    ...view.bindings.flatMap(({ inside, host }) => ['--ro-bind', host, `${prefix}${inside}`]),
    ...view.links.flatMap(({ inside, target }) => ['--symlink', target, `${prefix}${inside}`]),
    ...privateEtc.flatMap(({ inside, host }) => ['--ro-bind', host, `${prefix}${inside}`]),
    ...[...folder('/opt'), ...folder('/opt/function'), '--ro-bind', codeDirectory, `${prefix}${CODE_ROOT}`],
    ...(runtimesDirectory === undefined ? [] : ['--ro-bind', runtimesDirectory, `${prefix}${RUNTIME_ROOT}`]),
    ...[...folder('/var'), '--symlink', '/tmp', `${prefix}/var/tmp`, ...folder('/home')],
  ];
}

/** A memory-backed folder. */
export function writableFolder(path: string, mode: string, bytes: number): string[] {
  return ['--perms', mode, '--size', String(bytes), '--tmpfs', path];
}

/** What the documented environment names (`RUNTIME_ROOT`, `RUNTIME_LOG_DIR`). */
export function homeFolders(home: string): string[] {
  return ['--dir', `${home}/log`, '--dir', `${home}/runtime`];
}

function emptyFolder(path: string): string[] {
  return ['--size', '4096', '--tmpfs', path, '--remount-ro', path];
}
