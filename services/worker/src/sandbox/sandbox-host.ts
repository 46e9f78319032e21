import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from '../cgroup/cgroup-files.js';
import type { ResourceGroups } from '../cgroup/resource-group.js';
import { keepDescriptorsPrivate } from './descriptors.js';
import { HostUids, mayUse } from './host-uids.js';
import { Launcher } from './launcher.js';
import { adoptOrphans } from './orphans.js';
import { writePrivateEtc, type PrivateEtc } from './private-etc.js';
import { readSystemView, type SystemView } from './sandbox-view.js';
import { seccompFilter } from './seccomp/filter.js';
import { findUserKernel, type MissingKernel, type UserKernel } from './user-kernel/user-kernel.js';

/** Everything about the machine that launching needs, found once. */
export interface SandboxHost {
  readonly tools: Tools;
  readonly view: SystemView;
  readonly privateEtc: PrivateEtc;
  /** Filters of system calls: for an app, and for a kernel around one. */
  readonly seccomp: { readonly app: Buffer; readonly userKernel: Buffer };
  /** What instances of strong isolation run in. */
  readonly userKernel: UserKernel | MissingKernel;
  /** Present when every instance gets a host uid of its own. */
  readonly hostUids: HostUids | undefined;
  readonly groups: ResourceGroups;
  readonly launcher: Launcher;
  /** Mount points for folders a host uid could not reach by their path. */
  readonly stage: { readonly code: string; readonly runtimes: string; readonly kernel: string };
  /** A package whose bootstrap ends at once, to find out what works here. */
  readonly proof: string;
  close(): Promise<void>;
}

interface Tools {
  readonly bwrap: string;
  readonly setpriv: string;
  readonly unshare: string;
  readonly nsenter: string;
  /** Started inside, so it must lie in a folder every sandbox shows. */
  readonly prlimit: string;
}

export interface SandboxHostOptions {
  readonly groups: ResourceGroups;
  readonly hostUids: { readonly first: number; readonly count: number };
  /** Where runsc is, when that is not where programs are. */
  readonly runsc?: string | undefined;
}

export async function openSandboxHost({ groups, hostUids, runsc }: SandboxHostOptions): Promise<SandboxHost> {
  const { arch } = process;
  if (process.platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new Error(`Functions run on Linux on amd64 or arm64, not on ${process.platform} ${arch}.`);
  }
  const tools: Tools = {
    bwrap: findTool('bwrap', 'bubblewrap'),
    setpriv: findTool('setpriv', 'util-linux'),
    unshare: findTool('unshare', 'util-linux'),
    nsenter: findTool('nsenter', 'util-linux'),
    prlimit: findTool('prlimit', 'util-linux'),
  };
  if (!mayEnterNamespaces(readFileSync('/proc/self/status', 'utf8'))) {
    throw new Error('The worker must be root, or be started under "unshare --user --map-root-user", to reach the instances it makes.');
  }
  keepDescriptorsPrivate();
  adoptOrphans();
  await probe(tools.bwrap);
  const directory = await openStateDirectory();
  await chmod(directory, 0o711);
  const ownUids = mayUse(hostUids, process.getuid?.() ?? -1, readFileSync('/proc/self/uid_map', 'utf8'));
  if (ownUids && !isSearchableByOthers(directory)) {
    await rm(directory, { recursive: true });
    throw new Error(`The folder for temporary files (${tmpdir()}) must be searchable by every user: set TMPDIR to one that is.`);
  }
  const stage = { code: join(directory, 'code'), runtimes: join(directory, 'runtimes'), kernel: join(directory, 'kernel') };
  await Promise.all([mkdir(stage.code), mkdir(stage.runtimes), writeFile(stage.kernel, '')]);
  const launcher = await Launcher.open();
  return {
    tools,
    view: readSystemView(),
    privateEtc: await writePrivateEtc(join(directory, 'etc')),
    seccomp: { app: seccompFilter(arch), userKernel: seccompFilter(arch, { userKernel: true }) },
    userKernel: await findUserKernel(runsc),
    hostUids: ownUids ? new HostUids(hostUids) : undefined,
    groups,
    launcher,
    stage,
    proof: await writeProof(join(directory, 'proof')),
    close: async () => {
      await launcher.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function writeProof(directory: string): Promise<string> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  await writeFile(join(directory, 'bootstrap'), '#!/bin/sh\n');
  await chmod(join(directory, 'bootstrap'), 0o755);
  return directory;
}

/** Whether a process that owns nothing can reach the entries of this folder by their path. */
export function isSearchableByOthers(directory: string): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

const STATE_DIRECTORY = /^windlass-worker-(\d+)-(\d+)-/;

/** A new folder below the temporary one. Those of killed workers of this user and pid namespace go. */
async function openStateDirectory(): Promise<string> {
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  for (const name of await readdir(tmpdir())) {
    const [, itsNamespace, pid] = STATE_DIRECTORY.exec(name) ?? [];
    if (itsNamespace !== namespace || isAlive(Number(pid))) continue;
    // Another user's folder, or one another worker has just removed, is left alone.
    await rm(join(tmpdir(), name), { recursive: true }).catch(() => undefined);
  }
  return mkdtemp(join(tmpdir(), `windlass-worker-${namespace}-${process.pid}-`));
}

const CAP_SYS_ADMIN = 21n;

/** Whether this process has CAP_SYS_ADMIN in its user namespace, and so in those that bwrap makes below it. */
export function mayEnterNamespaces(status: string): boolean {
  const effective = /^CapEff:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}

function findTool(name: string, debianPackage: string): string {
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not here; the next folder may have it.
    }
  }
  throw new Error(`"${name}" is not installed: functions need it (Debian package "${debianPackage}").`);
}

/** Makes one empty sandbox, as only that says whether the kernel and its administrator allow it. */
async function probe(bwrap: string): Promise<void> {
  const options = ['--unshare-user', '--unshare-pid', '--as-pid-1', '--unshare-net', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  try {
    await promisify(execFile)(bwrap, [...options, '--', '/bin/true'], { env: {}, timeout: 10_000 });
  } catch (cause) {
    const detail = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message;
    throw new Error(`This machine does not let bubblewrap make a sandbox: ${detail}`, { cause });
  }
}
