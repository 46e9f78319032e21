import { SHARED_MEMORY_BYTES, type SandboxShape } from '../bwrap-arguments.js';
import { CODE_ROOT, HOME, SANDBOX_ID } from '../sandbox-view.js';
import { MOST_PROCESSES } from '../walls.js';

const MIB = 1024 * 1024;
const MOST_OPEN_FILES = 2048;

/** Where the app's root lies in the sandbox around the kernel. */
export const FUNCTION_ROOT = '/function';

/** The app's writable folders: memory-backed, made in the sandbox around the kernel, shown in the app's root. */
export const WRITABLE_FOLDERS = [
  { kind: 'tmp', inside: '/tmp', source: '/writable/tmp', mode: '1777' },
  { kind: 'home', inside: HOME, source: '/writable/home', mode: '0755' },
] as const;

/** What the kernel is to run, in the form of the OCI runtime specification 1.0. */
export function containerConfiguration(command: readonly string[], { environment, tmpBytes }: SandboxShape): object {
  // One user is all there is: inside the kernel, in the sandbox around it, and for the programs that serve its files.
  const onlyUser = [{ containerID: SANDBOX_ID, hostID: SANDBOX_ID, size: 1 }];
  const limit = (type: string, value: number): object => ({ type, soft: value, hard: value });
  return {
    ociVersion: '1.0.2',
    hostname: 'function',
    process: {
      user: { uid: SANDBOX_ID, gid: SANDBOX_ID },
      args: command,
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cwd: CODE_ROOT,
      noNewPrivileges: true,
      capabilities: {},
      rlimits: [limit('RLIMIT_NOFILE', MOST_OPEN_FILES), limit('RLIMIT_NPROC', MOST_PROCESSES), limit('RLIMIT_CORE', 0), limit('RLIMIT_FSIZE', tmpBytes + MIB)],
    },
    root: { path: FUNCTION_ROOT, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev/shm', type: 'tmpfs', source: 'tmpfs', options: [`size=${SHARED_MEMORY_BYTES}`, 'mode=1777'] },
      ...WRITABLE_FOLDERS.map(({ inside, source }) => ({ destination: inside, type: 'bind', source, options: ['rbind', 'rw'] })),
    ],
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'user'].map((type) => ({ type })),
      uidMappings: onlyUser,
      gidMappings: onlyUser,
    },
  };
}
