import { execFileSync } from 'node:child_process';
import { createLogger } from '@windlass/telemetry';
import { createInstanceHost, findHostRuntimes, type HostIsolation } from '../instance/index.js';
import type { Finding } from './finding.js';

const DELEGATE = 'run the worker as root, or in a delegated cgroup v2: "Delegate=cpu memory pids" under systemd (docs/sandbox.md)';

/** Finds out what this machine enforces, by making a host of instances as a worker does. */
export async function examine(runsc: string | undefined): Promise<readonly Finding[]> {
  const logger = createLogger('doctor', { level: 'silent' });
  let isolation: HostIsolation;
  try {
    const host = await createInstanceHost({ logger, runsc });
    ({ isolation } = host);
    await host.close();
  } catch (error) {
    return [{ name: 'sandbox', state: 'fails', how: (error as Error).message, remedy: 'functions cannot run on this machine until this is put right' }];
  }
  return [...describeIsolation(isolation, programVersion('bwrap')), ...describeRuntimes()];
}

/** The findings that follow from what a host of instances says of its machine. */
export function describeIsolation(isolation: HostIsolation, bubblewrap: string): Finding[] {
  const { hostUids, cgroups, declined, freezing, publicAccess, strong } = isolation;
  const inGroup = cgroups !== 'none';
  const group = `cgroup ${cgroups}`;
  const remedy = [DELEGATE, ...(declined.length === 0 ? [] : [`what was tried: ${declined.join('; ')}`])].join('; ');
  return [
    { name: 'sandbox', state: 'yes', how: `${bubblewrap}: user, mount, pid, ipc, uts, network and cgroup namespaces, made and left once` },
    { name: 'system calls', state: 'yes', how: 'seccomp: a deny list, without new privileges or capabilities' },
    hostUids === 'per-instance'
      ? { name: 'user of an instance', state: 'yes', how: 'a host uid of its own' }
      : { name: 'user of an instance', state: 'weaker', how: 'all run as this user, kept apart by namespaces alone', remedy: 'run the worker as root' },
    inGroup
      ? { name: 'memory', state: 'yes', how: `${group}: a hard limit, and sampled every 100 ms` }
      : { name: 'memory', state: 'weaker', how: 'sampled every 100 ms, without a hard limit', remedy },
    inGroup ? { name: 'processor time', state: 'yes', how: `${group}: a quota` } : { name: 'processor time', state: 'weaker', how: 'not limited', remedy },
    inGroup
      ? { name: 'processes', state: 'yes', how: `${group} and RLIMIT_NPROC` }
      : { name: 'processes', state: 'weaker', how: 'RLIMIT_NPROC, which counts all of one user', remedy },
    { name: 'files', state: 'yes', how: 'RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_CORE; /tmp, /dev/shm and the home folder have sizes' },
    freezing === 'cgroup'
      ? { name: 'idle instances', state: 'yes', how: 'frozen by cgroup v2' }
      : { name: 'idle instances', state: 'weaker', how: 'stopped by SIGSTOP, which an app can notice', remedy: 'mount cgroup v2, and let the worker make groups in it' },
    publicAccess === 'relayed'
      ? { name: 'public access', state: 'yes', how: '/dev/net/tun, relayed by the worker' }
      : { name: 'public access', state: 'absent', how: publicAccess.missing, remedy: 'functions run without it; open /dev/net/tun to the user of the worker' },
    'missing' in strong
      ? { name: 'strong isolation', state: 'absent', how: strong.missing, remedy: 'functions that ask for it are refused; install gVisor (runsc), or name it with WINDLASS_RUNSC' }
      : { name: 'strong isolation', state: 'yes', how: `gVisor, ${strong.program} (${strong.version}), in which a program ran` },
  ];
}

function describeRuntimes(): Finding[] {
  const { served, missing } = findHostRuntimes();
  const byProgram = Map.groupBy(served, ({ program }) => program);
  const others = [...byProgram].map(([program, runtimes]) => `${runtimes.map(({ documented }) => documented).join(', ')}: ${program}`);
  const how = [`nodejs*: Node.js ${process.versions.node}`, ...others].join('; ');
  return [
    { name: 'runtimes', state: 'yes', how },
    ...(missing.length === 0 ? [] : [{ name: 'runtimes not here', state: 'absent' as const, how: missing.join(', '), remedy: 'bootstraps that name their paths say so; install the interpreter below /usr' }]),
  ];
}

function programVersion(name: string): string {
  try {
    return execFileSync(name, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return name;
  }
}
