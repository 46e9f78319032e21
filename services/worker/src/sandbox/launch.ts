// Launching a sandbox. The order matters; docs/sandbox.md explains the same list.
//
//  1. Take a host uid that no other live instance has (where the worker is root).
//  2. Make the group with its limits, before there is a process to limit.
//  3. Open the pipes for stdout and stderr, owned by that uid.
//  4. Start the chain of programs, on the launch thread, each replacing the one before:
//       a. unshare + sh: only where the uid could not reach the package by its path; shows it at a path it can reach,
//          in a mount namespace that dies with the chain;
//       b. setpriv: leaves root for the host uid and drops every group and capability;
//       c. bwrap (after prlimit, where the class is strong): makes the namespaces, the read-only root and the writable folders, drops the capabilities gained in
//          its user namespace, sets no_new_privs, and waits.
//  5. Learn the pid of the sandbox's first process.
//  6. Hold on to that process and its network namespace by descriptors, which cannot come to mean another process.
//  7. Put the first process into the group and behind the platform: all that comes later inherits both.
//  8. Let go: bwrap loads the seccomp filter and starts prlimit, which sets the last limits and becomes `bootstrap`; or, where the
//     class is strong, the kernel that runs it.
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { MemoryUse, ResourceGroup } from '../cgroup/resource-group.js';
import type { Cleanup } from '../instance/cleanup.js';
import type { InstanceSpec } from '../instance/instance-spec.js';
import { BLOCK_FD, HOME_BYTES, INFO_FD, SHARED_MEMORY_BYTES } from './bwrap-arguments.js';
import { standBack } from './precedence.js';
import { openOutputPipe } from './output-pipe.js';
import type { Supervisor } from './launcher.js';
import { isSearchableByOthers, type SandboxHost } from './sandbox-host.js';
import { strongWalls } from './user-kernel/strong-walls.js';
import { standardWalls, type Walls } from './walls.js';

const MIB = 1024 * 1024;
/** Of a processor while the app starts; the caller ends it. */
const START_MILLICORES = 1_000;

export interface Sandbox {
  /** bwrap outside the sandbox; its exit tells how `bootstrap` ended. */
  readonly supervisor: Supervisor;
  /** Host pid of the first process inside. Ending it ends all others. */
  readonly firstPid: number;
  /** Whether the first process still runs, and with it perhaps others; a reused pid does not deceive it. */
  isAlive(): boolean;
  /** Sends the app SIGTERM. */
  askToEnd(): void;
  readonly networkNamespaceFd: number;
  readonly group: ResourceGroup;
  /** Of the app, without the walls around it. */
  readonly memory: MemoryUse;
  readonly stdoutFd: number;
  readonly stderrFd: number;
  /** Steps 7 and 8. Until then nothing of the package has run. */
  release(): Promise<void>;
}

/** What the caller needs from the moment a process exists, which is before the sandbox is complete. */
export interface LaunchObserver {
  started(supervisor: Supervisor, output: { readonly stdoutFd: number; readonly stderrFd: number }): void;
}

/** Steps 1 to 6. What was acquired is undone by `cleanup`, also when this rejects. */
export async function launchSandbox(host: SandboxHost, spec: InstanceSpec, cleanup: Cleanup, observer: LaunchObserver): Promise<Sandbox> {
  const readyToAdd = host.groups.readyToAdd();
  const uid = host.hostUids?.take();
  if (uid !== undefined) cleanup.push(() => host.hostUids?.give(uid));

  const tmpBytes = spec.ephemeralStorageMb * MIB;
  const needsStage = uid !== undefined && !stagedPaths(host, spec).every(({ source }) => isSearchableByOthers(source));
  const walls = wallsOf(host, spec, needsStage);
  const group = host.groups.create(spec.instanceId, spec.tenant, {
    memoryBytes: spec.memoryMb * MIB + walls.ownBytes,
    fileBytes: tmpBytes + SHARED_MEMORY_BYTES + HOME_BYTES,
    cpuMillicores: Math.max(spec.cpuMillicores, START_MILLICORES),
    processes: walls.processes,
  });
  cleanup.push(() => group.remove());

  const stdout = openOutputPipe(uid);
  const stderr = openOutputPipe(uid);

  const [program, ...args] = [
    ...(needsStage ? stageCommand(host, spec) : []),
    ...(uid === undefined ? [] : [host.tools.setpriv, `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all', '--']),
    ...walls.command,
  ];
  const supervisor = host.launcher.start({
    program: program as string,
    args,
    outputFds: [stdout.writeFd, stderr.writeFd],
    inputs: [...walls.inputs],
    infoFd: INFO_FD,
    blockFd: BLOCK_FD,
  });
  observer.started(supervisor, { stdoutFd: stdout.readFd, stderrFd: stderr.readFd });
  await supervisor.begun;
  closeSync(stdout.writeFd);
  closeSync(stderr.writeFd);

  const firstPid = await supervisor.firstPid;
  if (firstPid === undefined) throw new Error((await supervisor.ended).failure ?? 'bwrap ended before it had made the sandbox');

  const processFd = openSync(`/proc/${firstPid}`, 'r');
  cleanup.push(() => closeSync(processFd));
  const networkNamespaceFd = openSync(`/proc/self/fd/${processFd}/ns/net`, 'r');
  cleanup.push(() => closeSync(networkNamespaceFd));

  return {
    supervisor,
    firstPid,
    isAlive: () => isAlive(`/proc/self/fd/${processFd}/stat`),
    askToEnd: () => walls.askToEnd(firstPid),
    networkNamespaceFd,
    group,
    memory: walls.memoryOf(group, `/proc/self/fd/${processFd}/root`),
    stdoutFd: stdout.readFd,
    stderrFd: stderr.readFd,
    release: async () => {
      standBack(firstPid);
      await readyToAdd;
      await group.add(firstPid);
      supervisor.release();
    },
  };
}

/** `staged`: paths are as step 4a shows them. */
function wallsOf(host: SandboxHost, spec: InstanceSpec, staged: boolean): Walls {
  const { always, resolver } = host.privateEtc;
  const at = (path: StagedPath): string => (staged ? path.target : path.source);
  const [code, ...others] = stagedPaths(host, spec) as [StagedPath, ...StagedPath[]];
  const runtimes = others.find(({ target }) => target === host.stage.runtimes);
  const kernel = others.find(({ target }) => target === host.stage.kernel);
  const shape = {
    view: host.view,
    privateEtc: [...always, spec.publicAccess ? resolver.public : resolver.none],
    environment: spec.environment,
    tmpBytes: spec.ephemeralStorageMb * MIB,
    codeDirectory: at(code),
    runtimesDirectory: runtimes && at(runtimes),
  };
  return kernel === undefined ? standardWalls(host, shape, spec) : strongWalls(host, at(kernel), shape);
}

interface StagedPath {
  readonly source: string;
  readonly target: string;
}

/** What the host uid must reach by its path, the package first, and where it is shown when it cannot. */
function stagedPaths({ stage, userKernel }: SandboxHost, spec: InstanceSpec): StagedPath[] {
  const paths = [{ source: spec.codeDirectory, target: stage.code }];
  if (spec.runtimesDirectory !== undefined) paths.push({ source: spec.runtimesDirectory, target: stage.runtimes });
  if (spec.isolation === 'strong') {
    if ('missing' in userKernel) throw new Error(userKernel.missing);
    paths.push({ source: userKernel.program, target: stage.kernel });
  }
  return paths;
}

/** Step 4a. The script takes its values as arguments; nothing is put into its text. */
function stageCommand(host: SandboxHost, spec: InstanceSpec): string[] {
  const script = 'while [ "$1" != -- ]; do mount --bind -- "$1" "$2" || exit; shift 2; done; shift; exec "$@"';
  const path = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';
  const pairs = stagedPaths(host, spec).flatMap(({ source, target }) => [source, target]);
  return [host.tools.unshare, '--mount', '--propagation', 'private', '--', '/usr/bin/env', path, '/bin/sh', '-c', script, 'stage', ...pairs, '--'];
}

/** A zombie counts as ended: the kernel lets a namespace's first process become one only after all others are gone. */
function isAlive(statFile: string): boolean {
  try {
    const stat = readFileSync(statFile, 'latin1');
    return !'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
