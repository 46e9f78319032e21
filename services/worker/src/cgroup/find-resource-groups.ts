import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CgroupsV1 } from './cgroup-v1.js';
import { CgroupsV2 } from './cgroup-v2.js';
import { SampledProcesses } from './process-sampling.js';
import type { ResourceGroups } from './resource-group.js';

export interface FoundResourceGroups {
  readonly groups: ResourceGroups;
  /** Why better kinds were not taken, for the log. */
  readonly declined: readonly string[];
}

/**
 * The best kind of group this process may use: cgroup v2, else v1, else sampling. A kind is tried by making the worker's
 * own group, as permissions on cgroup files tell little.
 */
export function findResourceGroups(cgroupParent?: string): FoundResourceGroups {
  const declined: string[] = [];
  if (cgroupParent !== undefined) return { groups: new CgroupsV2(cgroupParent), declined };
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  const candidates: (() => ResourceGroups)[] = v2Parents(mounts, own).map((parent) => () => new CgroupsV2(parent, unifiedFolders(mounts, own)[0]));
  const v1 = v1Hierarchies(mounts, own);
  if (v1 !== undefined) candidates.push(() => new CgroupsV1(v1, unifiedFolders(mounts, own)));
  for (const open of candidates) {
    try {
      return { groups: open(), declined };
    } catch (error) {
      declined.push((error as Error).message);
    }
  }
  return { groups: new SampledProcesses(), declined };
}

/**
 * Where groups may be made in the unified hierarchy: beside the worker's own group (its parent was delegated to us and
 * holds no process itself), else below the root (the machine's administrator).
 */
export function v2Parents(mountinfo: string, ownCgroups: string): string[] {
  const mount = parseMounts(mountinfo).find(({ type }) => type === 'cgroup2');
  const path = parseOwnCgroups(ownCgroups).get('');
  if (mount === undefined || path === undefined) return [];
  const parent = posix.dirname(path);
  return [...new Set([folderOf(mount, parent), mount.at].map((folder) => posix.normalize(`${folder}/`).slice(0, -1)))];
}

/** Where groups without controllers may be made: below the worker's own group of the unified hierarchy, else below its root. */
export function unifiedFolders(mountinfo: string, ownCgroups: string): string[] {
  const mount = parseMounts(mountinfo).find(({ type }) => type === 'cgroup2');
  const path = parseOwnCgroups(ownCgroups).get('');
  return mount === undefined || path === undefined ? [] : [...new Set([posix.normalize(`${folderOf(mount, path)}/`).slice(0, -1), mount.at])];
}

/** The worker's own groups in the v1 hierarchies, if the three that matter are mounted. */
export function v1Hierarchies(mountinfo: string, ownCgroups: string): { memory: string; cpu: string; pids: string } | undefined {
  const mounts = parseMounts(mountinfo).filter(({ type }) => type === 'cgroup');
  const paths = parseOwnCgroups(ownCgroups);
  const find = (controller: string): string | undefined => {
    const mount = mounts.find(({ options }) => options.includes(controller));
    const path = paths.get(controller);
    return mount === undefined || path === undefined ? undefined : folderOf(mount, path);
  };
  const [memory, cpu, pids] = [find('memory'), find('cpu'), find('pids')];
  return memory === undefined || cpu === undefined || pids === undefined ? undefined : { memory, cpu, pids };
}

interface Mount {
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Lines such as `36 35 0:31 / /sys/fs/cgroup/memory rw,relatime shared:1 - cgroup cgroup rw,memory`. */
function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter((line) => line.includes(' - cgroup'))
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const [, , , root = '/', at = ''] = left.split(' ');
      const [type = '', , options = ''] = right.split(' ');
      return { root, at, type, options: options.split(',') };
    });
}

/** Controller → path; the unified hierarchy has the empty name. Lines such as `4:cpu,cpuacct:/user.slice`. */
function parseOwnCgroups(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(.+)$/.exec(line);
    for (const controller of match?.[1]?.split(',') ?? []) paths.set(controller, match?.[2] ?? '/');
  }
  return paths;
}

function folderOf(mount: Mount, path: string): string {
  const below = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
  return join(mount.at, below);
}
