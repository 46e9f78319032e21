import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { Instance, InstanceExit, OutputLine } from '../instance/index.js';
import { AppConnections } from './app-connections.js';
import type { InstanceState, StopReason } from './instance-state.js';
import { StderrTail } from './stderr-tail.js';

/** How long a memory figure is good enough for the summary of a request, in milliseconds. */
const MEMORY_FRESH_MS = 1_000;

/** Hears what instances do, in the order it happens. */
export interface InstanceObserver {
  output(instance: PooledInstance, line: OutputLine): void;
}

/** An instance as the pool sees it: its state, who uses it and its connections. */
export class PooledInstance {
  readonly startedAt: number;
  readonly stderrTail = new StderrTail();
  readonly connections: AppConnections;
  readonly abortStart = new AbortController();
  /** Ids of the requests it serves now, to know whose its output is. What counts is `active`: ids are the callers' own. */
  readonly running = new Set<string>();
  /** How many requests it serves now. */
  active = 0;
  served = 0;
  state: InstanceState = { name: 'starting' };
  since: number;
  /** When it was last used, or became ready. */
  unusedSince: number;
  memoryUsedMb = 0;
  exit: InstanceExit | undefined;
  /** Settles when its last process is gone, or when it never had one. */
  readonly gone: Promise<void>;
  private leave: () => void = () => undefined;
  private handle: Instance | undefined;
  /** How much of its processor time has been counted for requests; that of its start is nobody's. */
  cpuCountedMs = 0;
  private memorySampledAt = 0;
  /** An instance that could not be frozen once is not asked again. */
  private freezable = true;

  constructor(
    readonly id: string,
    readonly spec: FunctionSpec,
    private readonly clock: () => number,
  ) {
    this.startedAt = clock();
    this.since = this.startedAt;
    this.unusedSince = this.startedAt;
    this.gone = new Promise((resolve) => (this.leave = resolve));
    this.connections = new AppConnections((options) => this.started().dial(options));
  }

  /** Whether it may be given one more request. */
  get hasFreeSlot(): boolean {
    switch (this.state.name) {
      case 'ready':
      case 'idle':
      case 'frozen':
        return true;
      case 'busy':
        return this.active < this.spec.instance_concurrency;
      case 'starting':
      case 'draining':
      case 'gone':
        return false;
      default:
        return this.state satisfies never;
    }
  }

  become(state: InstanceState): void {
    this.state = state;
    if (state.name === 'gone') this.leave();
    this.since = this.clock();
    if (state.name === 'ready' || state.name === 'idle') this.unusedSince = this.since;
  }

  /** The most MiB it was seen to use, and its processor time in milliseconds. */
  get memoryPeakMb(): number {
    return this.handle?.memoryPeakMb ?? 0;
  }

  cpuUsedMs(): number {
    return this.handle?.cpuUsedMs() ?? 0;
  }

  opened(handle: Instance): void {
    this.handle = handle;
    this.cpuCountedMs = handle.cpuUsedMs();
    void handle.exited.then((exit) => {
      this.exit = exit;
      this.connections.close();
    });
  }

  /**
   * Nobody uses it: none of its processes runs until the next request. Its idle connections are closed first, as an app that wakes finds
   * its own timers for them long over and closes them under the request.
   */
  async freeze(): Promise<void> {
    if (!this.freezable || this.handle === undefined) return;
    this.connections.dropIdle();
    const unusedSince = this.unusedSince;
    this.become({ name: 'frozen' });
    const isFrozen = await this.handle.freeze().catch(() => false);
    if (isFrozen || this.state.name !== 'frozen') return;
    this.freezable = false;
    this.become({ name: 'idle' });
    this.unusedSince = unusedSince;
  }

  begin(requestId: string): void {
    if (this.state.name === 'frozen') this.handle?.thaw();
    this.active += 1;
    this.running.add(requestId);
    if (this.state.name !== 'busy') this.become({ name: 'busy' });
  }

  end(requestId: string): void {
    if (this.active === 1) this.handle?.endLines();
    this.active -= 1;
    this.running.delete(requestId);
    this.served += 1;
    if (this.active === 0 && this.state.name === 'busy') this.become({ name: 'idle' });
  }

  /** How it ended, waiting a moment for the news: a connection often breaks before the exit is known. */
  async exitWithin(milliseconds: number): Promise<InstanceExit | undefined> {
    if (this.exit !== undefined || this.handle === undefined) return this.exit;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, milliseconds, undefined)));
    const exit = await Promise.race([this.handle.exited, tooLate]);
    clearTimeout(timer);
    return exit;
  }

  /** Brings `memoryUsedMb` up to date when it is old; the warm path does not wait for it. Answers nothing when there is nothing to do. */
  sampleMemory(now = this.clock()): Promise<void> | undefined {
    if (this.handle === undefined || this.exit !== undefined || now - this.memorySampledAt < MEMORY_FRESH_MS) return undefined;
    this.memorySampledAt = now;
    return this.handle.memoryUsedMb().then(
      (used) => {
        if (used > 0) this.memoryUsedMb = used;
      },
      () => undefined,
    );
  }

  async stop(why: StopReason, graceMs: number, mostPreStopMs?: number): Promise<void> {
    if (this.state.name !== 'gone') this.become({ name: 'draining', why });
    this.abortStart.abort();
    await this.handle?.stop(graceMs, mostPreStopMs);
  }

  private started(): Instance {
    if (this.handle === undefined) throw new Error('The instance has not started.');
    return this.handle;
  }
}
