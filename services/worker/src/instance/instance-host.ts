import type { Logger } from '@windlass/telemetry';
export interface InstanceHostOptions {
  readonly logger: Logger;
  /**
   * Host uids for instances, one each, used when the worker is the machine's root: a range nobody else uses. Default
   * 1,900,000,000 with 65,536 ids, which the common conventions leave free.
   */
  readonly hostUids?: { readonly first: number; readonly count: number };
  /** Folder of a cgroup v2 to put instances under, instead of the one that is found. */
  readonly cgroupParent?: string;
}

/** What this machine lets the worker enforce; found once, when the host is created. */
export interface HostIsolation {
  /** `per-instance`: every instance has a host uid of its own. `shared`: all run as the worker's own user. */
  readonly hostUids: 'per-instance' | 'shared';
  /** `none`: memory is supervised by sampling, processor time is not limited. */
  readonly cgroups: 'v2' | 'v1' | 'none';
}

/** The machine as instances need it: probed once, shared by all instances of this worker process. */
export interface InstanceHost {
  readonly isolation: HostIsolation;
  /** Stops every instance at once and gives everything back. */
  close(): Promise<void>;
}

/** Probes the machine and starts the dial thread. Rejects, naming the cause, where no sandbox can be made. */
export declare function createInstanceHost(options: InstanceHostOptions): Promise<InstanceHost>;
