import type { Freezer } from './freezer.js';

/** What one instance may use. */
export interface ResourceLimits {
  /** The app's own memory, in bytes. */
  readonly memoryBytes: number;
  /** Room for its files in memory-backed folders (/tmp and small ones), in bytes. */
  readonly fileBytes: number;
  readonly cpuMillicores: number;
  readonly processes: number;
}

/** Memory that is watched. */
export interface MemoryUse {
  /** Anonymous memory of all processes, in bytes; files in memory-backed folders do not count. 0 when they are gone. */
  usedBytes(): number;
  /** Processes the kernel ended because the group reached its hard limit. */
  outOfMemoryKills(): number;
}

/**
 * The processes of one instance, counted and limited together.
 *
 * Call order: `manager.create` → `add` (before the app's first instruction, and waited for) → `usedBytes` and `outOfMemoryKills` as often
 * as wanted → the processes are ended by ending the pid namespace's first process, which the kernel does for all of them
 * at once in every flavour → `remove`.
 */
export interface ResourceGroup extends MemoryUse {
  /** Puts a process in, and with it everything it will start. Off this thread: the kernel may take its time. */
  add(pid: number): Promise<void>;
  /** Shared memory of all its processes and their files in memory-backed folders, in bytes; 0 where `usedBytes` cannot tell it apart. */
  sharedBytes(): number;
  /** Processor time of all its processes since the start, in milliseconds; 0 when they are gone. */
  cpuUsedMs(): number;
  /** Changes its share of the processor. Does nothing when it is gone, or nothing is limited. */
  limitCpu(millicores: number): void;
  /** Holds all its processes still. To be asked for after `add`. */
  readonly freezer: Freezer;
  /** Gives the group back. All its processes must have ended or be ending. */
  remove(): Promise<void>;
}

/** Makes the groups of this worker. */
export interface ResourceGroups {
  readonly flavour: 'v2' | 'v1' | 'none';
  /** `signals`: by SIGSTOP and SIGCONT, which an app can notice. */
  readonly freezing: 'cgroup' | 'signals';
  /** `tenant`: whose it is. Where groups divide the processor they do so between tenants first. */
  create(name: string, tenant: string, limits: ResourceLimits): ResourceGroup;
  /**
   * To be begun ahead of an `add`, and waited for before it. The kernel lets a process change its group only after every processor has
   * passed through a quiet state, which takes about 10 ms when none has changed lately; begun ahead, it passes beside other work.
   */
  readyToAdd(): Promise<void>;
  close(): Promise<void>;
}

export const CPU_PERIOD_US = 100_000;
const SMALLEST_CPU_QUOTA_US = 1_000;

/** Processor time a group gets in one period. The kernel refuses less than a millisecond. */
export function cpuQuotaUs(millicores: number): number {
  return Math.max(SMALLEST_CPU_QUOTA_US, Math.round((millicores / 1000) * CPU_PERIOD_US));
}
