import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkerGroup, readKey, removeGroup, getReadyToMove, moveInto, write, writeIfThere } from './cgroup-files.js';
import { TenantFolders } from './tenant-folders.js';
import { CPU_PERIOD_US, cpuQuotaUs, type ResourceGroup, type ResourceGroups, type ResourceLimits } from './resource-group.js';
import type { Freezer } from './freezer.js';
import { processTimesMs } from './process-times.js';
import { SignalFreezer } from './signal-freezer.js';
import { UnifiedGroups, type UnifiedGroup } from './unified-groups.js';

/** Folders of the worker's own group in the three hierarchies that limit instances. */
export interface V1Hierarchies {
  readonly memory: string;
  readonly cpu: string;
  readonly pids: string;
}

/** Groups in the separate hierarchies of cgroup v1. Throws when they cannot be made, which says they are not for us. */
export class CgroupsV1 implements ResourceGroups {
  readonly flavour = 'v1';
  readonly freezing: 'cgroup' | 'signals';
  readonly #folders: V1Hierarchies;
  readonly #own: string;
  readonly #unified: UnifiedGroups | undefined;
  /** Of the processor, which is what tenants are given equal parts of. */
  readonly #tenants: TenantFolders;

  /** `unifiedParents`: folders of the unified hierarchy, mounted beside these, below which groups may be made to freeze. */
  constructor(hierarchies: V1Hierarchies, unifiedParents: readonly string[] = []) {
    this.#own = hierarchies.pids;
    this.#folders = {
      memory: openWorkerGroup(hierarchies.memory),
      cpu: openWorkerGroup(hierarchies.cpu),
      pids: openWorkerGroup(hierarchies.pids),
    };
    this.#tenants = new TenantFolders(this.#folders.cpu);
    this.#unified = UnifiedGroups.open(unifiedParents);
    this.freezing = this.#unified === undefined ? 'signals' : 'cgroup';
  }

  create(name: string, tenant: string, limits: ResourceLimits): ResourceGroup {
    const folders = { memory: join(this.#folders.memory, name), cpu: join(this.#tenants.enter(tenant), name), pids: join(this.#folders.pids, name) };
    return new CgroupV1(folders, limits, this.#unified?.create(name), () => this.#tenants.leave(tenant));
  }

  readyToAdd(): Promise<void> {
    return getReadyToMove(this.#own);
  }

  async close(): Promise<void> {
    await Promise.all([...Object.values(this.#folders).map(removeGroup), this.#unified?.close()]);
  }
}

class CgroupV1 implements ResourceGroup {
  readonly #folders: V1Hierarchies;
  readonly #unified: UnifiedGroup | undefined;
  #firstPid = 0;
  #freezer: Freezer | undefined;

  constructor(
    folders: V1Hierarchies,
    limits: ResourceLimits,
    unified: UnifiedGroup | undefined,
    private readonly removed: () => void,
  ) {
    this.#unified = unified;
    this.#folders = folders;
    for (const folder of Object.values(folders)) mkdirSync(folder);
    const hardBytes = limits.memoryBytes + limits.fileBytes;
    write(folders.memory, 'memory.limit_in_bytes', hardBytes);
    // Memory and swap together: without this, swap would be room on top. The file is absent where swap is not counted.
    if (existsSync(join(folders.memory, 'memory.memsw.limit_in_bytes'))) write(folders.memory, 'memory.memsw.limit_in_bytes', hardBytes);
    write(folders.cpu, 'cpu.cfs_period_us', CPU_PERIOD_US);
    write(folders.cpu, 'cpu.cfs_quota_us', cpuQuotaUs(limits.cpuMillicores));
    write(folders.pids, 'pids.max', limits.processes);
  }

  async add(pid: number): Promise<void> {
    this.#firstPid = pid;
    await Promise.all([moveInto(Object.values(this.#folders), pid), this.#unified?.add(pid)]);
  }

  get freezer(): Freezer {
    return (this.#freezer ??= this.#unified?.freezer ?? new SignalFreezer(this.#firstPid));
  }

  limitCpu(millicores: number): void {
    writeIfThere(this.#folders.cpu, 'cpu.cfs_quota_us', cpuQuotaUs(millicores));
  }

  cpuUsedMs(): number {
    return this.#unified?.cpuUsedMs() ?? processTimesMs(this.#firstPid);
  }

  usedBytes(): number {
    return readKey(this.#folders.memory, 'memory.stat', 'total_rss');
  }

  sharedBytes(): number {
    return readKey(this.#folders.memory, 'memory.stat', 'total_shmem');
  }

  outOfMemoryKills(): number {
    return readKey(this.#folders.memory, 'memory.oom_control', 'oom_kill');
  }

  async remove(): Promise<void> {
    await Promise.all([...Object.values(this.#folders).map(removeGroup), this.#unified?.remove()]);
    this.removed();
  }
}
