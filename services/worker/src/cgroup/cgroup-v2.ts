import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkerGroup, readKey, removeGroup, getReadyToMove, write, writeIfThere } from './cgroup-files.js';
import { TenantFolders } from './tenant-folders.js';
import { CgroupFreezer } from './freezer.js';
import { CPU_PERIOD_US, cpuQuotaUs, type ResourceGroup, type ResourceGroups, type ResourceLimits } from './resource-group.js';

const CONTROLLERS = ['cpu', 'memory', 'pids'];

/** Groups below one folder of the unified hierarchy. Throws when they cannot be made there. */
export class CgroupsV2 implements ResourceGroups {
  readonly flavour = 'v2';
  readonly freezing = 'cgroup';
  readonly #folder: string;
  readonly #tenants: TenantFolders;
  /** The worker's own group. */
  readonly #own: string | undefined;

  /** `parent`: a folder this process may write to, which has the controllers and (but for the root) no process of its own. */
  constructor(parent: string, own?: string) {
    this.#own = own;
    const available = readFileSync(join(parent, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
    const missing = CONTROLLERS.filter((controller) => !available.includes(controller));
    if (missing.length > 0) throw new Error(`${parent} has no ${missing.join(', ')} controller`);
    enableControllers(parent);
    this.#folder = openWorkerGroup(parent);
    enableControllers(this.#folder);
    this.#tenants = new TenantFolders(this.#folder, enableControllers);
  }

  create(name: string, tenant: string, limits: ResourceLimits): ResourceGroup {
    return new CgroupV2(join(this.#tenants.enter(tenant), name), limits, () => this.#tenants.leave(tenant));
  }

  readyToAdd(): Promise<void> {
    return getReadyToMove(this.#own);
  }

  close(): Promise<void> {
    return removeGroup(this.#folder);
  }
}

function enableControllers(folder: string): void {
  write(folder, 'cgroup.subtree_control', CONTROLLERS.map((controller) => `+${controller}`).join(' '));
}

function cpuMax(millicores: number): string {
  return `${cpuQuotaUs(millicores)} ${CPU_PERIOD_US}`;
}

class CgroupV2 implements ResourceGroup {
  readonly freezer: CgroupFreezer;
  readonly #folder: string;

  constructor(
    folder: string,
    limits: ResourceLimits,
    private readonly removed: () => void,
  ) {
    this.#folder = folder;
    mkdirSync(folder);
    this.freezer = new CgroupFreezer(folder);
    write(folder, 'memory.max', limits.memoryBytes + limits.fileBytes);
    // Absent where the kernel has no swap accounting.
    if (existsSync(join(folder, 'memory.swap.max'))) write(folder, 'memory.swap.max', 0);
    // Out of memory ends the whole instance and not just its largest process.
    write(folder, 'memory.oom.group', 1);
    write(folder, 'cpu.max', cpuMax(limits.cpuMillicores));
    write(folder, 'pids.max', limits.processes);
  }

  add(pid: number): Promise<void> {
    return this.freezer.add(pid);
  }

  usedBytes(): number {
    return readKey(this.#folder, 'memory.stat', 'anon');
  }

  sharedBytes(): number {
    return readKey(this.#folder, 'memory.stat', 'shmem');
  }

  outOfMemoryKills(): number {
    return readKey(this.#folder, 'memory.events', 'oom_kill');
  }

  limitCpu(millicores: number): void {
    writeIfThere(this.#folder, 'cpu.max', cpuMax(millicores));
  }

  cpuUsedMs(): number {
    return readKey(this.#folder, 'cpu.stat', 'usage_usec') / 1_000;
  }

  async remove(): Promise<void> {
    await this.freezer.remove();
    await removeGroup(this.#folder);
    this.removed();
  }
}
