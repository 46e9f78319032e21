import type { Logger } from '@windlass/telemetry';
import { findResourceGroups } from '../cgroup/find-resource-groups.js';
import { Dialer } from '../network/dialer.js';
import { Egress, whyNoEgress, type EgressOptions } from '../network/egress/egress.js';
import { OF_THE_DATA_PATH, setPrecedence } from '../sandbox/precedence.js';
import { openSandboxHost, type SandboxHost } from '../sandbox/sandbox-host.js';
import { proveKernel } from '../sandbox/user-kernel/prove-kernel.js';
import type { MissingKernel, UserKernel } from '../sandbox/user-kernel/user-kernel.js';
import { Cleanup } from './cleanup.js';
import { MemoryWatch } from './memory-watch.js';

export interface InstanceHostOptions {
  readonly logger: Logger;
  /**
   * Host uids for instances, one each, used when the worker is the machine's root: a range nobody else uses. Default
   * 1,900,000,000 with 65,536 ids, which the common conventions leave free.
   */
  readonly hostUids?: { readonly first: number; readonly count: number };
  /** Folder of a cgroup v2 to put instances under, instead of the one that is found. Must be delegated to the worker. */
  readonly cgroupParent?: string;
  /** The runsc that instances of strong isolation run in; where absent, the one among this machine's programs. */
  readonly runsc?: string | undefined;
  /** What instances with public access may reach, and whom they ask for names. */
  readonly egress?: EgressOptions;
}

/** What this machine lets the worker enforce; found once, when the host is created. */
export interface HostIsolation {
  /** `per-instance`: every instance has a host uid of its own. `shared`: all run as the worker's own user. */
  readonly hostUids: 'per-instance' | 'shared';
  /** `none`: memory is supervised by sampling, processor time is not limited. */
  readonly cgroups: 'v2' | 'v1' | 'none';
  /** Why better kinds of cgroups were not taken. */
  readonly declined: readonly string[];
  /** How idle instances are frozen. `signals`: SIGSTOP and SIGCONT, which an app can notice. */
  readonly freezing: 'cgroup' | 'signals';
  /** What instances of strong isolation run in, or why there are none. */
  readonly strong: UserKernel | MissingKernel;
  /** `relayed`: functions with public access reach the public network. Otherwise why they do not. */
  readonly publicAccess: 'relayed' | { readonly missing: string };
}

/** The machine as instances need it: probed once, shared by all instances of this worker process. */
export interface InstanceHost {
  readonly isolation: HostIsolation;
  /** Ends every instance at once and gives everything back. */
  close(): Promise<void>;
}

const DEFAULT_HOST_UIDS = { first: 1_900_000_000, count: 65_536 };

/** Probes the machine and starts the dial thread. Rejects, naming the cause, where no sandbox can be made. */
export async function createInstanceHost(options: InstanceHostOptions): Promise<InstanceHost> {
  const { groups, declined } = findResourceGroups(options.cgroupParent);
  setPrecedence(process.pid, OF_THE_DATA_PATH);
  const cleanup = new Cleanup();
  cleanup.push(() => groups.close());
  let host: LocalInstanceHost;
  try {
    const opened = await openSandboxHost({ groups, hostUids: options.hostUids ?? DEFAULT_HOST_UIDS, runsc: options.runsc });
    cleanup.push(() => opened.close());
    const sandbox = await proveKernel(opened);
    const dialer = await Dialer.open();
    cleanup.push(() => dialer.close());
    const egress = openEgress(dialer, options);
    cleanup.push(() => ('missing' in egress ? undefined : egress.close()));
    host = new LocalInstanceHost(sandbox, declined, dialer, egress, cleanup, options.logger);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
  options.logger.info({ isolation: host.isolation }, 'instances can start');
  return host;
}

function openEgress(dialer: Dialer, { logger, egress }: InstanceHostOptions): Egress | { readonly missing: string } {
  const opened = new Egress(dialer, logger, egress);
  const missing = whyNoEgress();
  if (missing === undefined) return opened;
  logger.warn({ missing }, 'functions with public access have none on this machine');
  return { missing };
}

/** What `startInstance` works with, behind the door. */
export class LocalInstanceHost implements InstanceHost {
  readonly isolation: HostIsolation;
  readonly memoryWatch = new MemoryWatch();
  readonly #instances = new Set<{ end(): Promise<unknown> }>();
  #closed = false;

  constructor(
    readonly sandbox: SandboxHost,
    declined: readonly string[],
    readonly dialer: Dialer,
    readonly egress: Egress | { readonly missing: string },
    private readonly cleanup: Cleanup,
    readonly logger: Logger,
  ) {
    this.isolation = {
      hostUids: sandbox.hostUids === undefined ? 'shared' : 'per-instance',
      cgroups: sandbox.groups.flavour,
      declined,
      freezing: sandbox.groups.freezing,
      strong: sandbox.userKernel,
      publicAccess: 'missing' in egress ? { missing: egress.missing } : 'relayed',
    };
  }

  /** Why no instance of strong isolation can start here. */
  get whyNotStrong(): string | undefined {
    const { strong } = this.isolation;
    return 'missing' in strong ? strong.missing : undefined;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** An instance that exists, from its first resource to its last. `close` ends it. */
  add(instance: { end(): Promise<unknown> }): () => void {
    this.#instances.add(instance);
    return () => void this.#instances.delete(instance);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#instances].map((instance) => instance.end()));
    for (const error of await this.cleanup.run()) {
      this.logger.warn({ error: (error as Error).message }, 'a resource of the worker was not given back');
    }
  }
}
