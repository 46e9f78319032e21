import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { StartFailure, type Instance, type OutputLine } from '../instance/index.js';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import type { PoolMeasurement } from './decide-scaling.js';
import type { StopReason } from './instance-state.js';
import { PooledInstance, type InstanceObserver } from './pooled-instance.js';
import { StartBackOff } from './start-back-off.js';

/** Makes a running instance of a function. Rejects with a StartFailure, or an InvocationError where the code is not to be had. */
export type Launch = (
  spec: FunctionSpec,
  instanceId: string,
  options: { readonly onOutput: (line: OutputLine) => void; readonly signal: AbortSignal },
) => Promise<Instance>;

export interface PoolLimits {
  /** Requests of one function that may wait for a slot. */
  readonly queueLength: number;
  /** How long one may wait beyond the function's own start timeout, in milliseconds. */
  readonly queueWaitMs: number;
  /** From SIGTERM to SIGKILL when an instance is no longer needed, in milliseconds. */
  readonly stopGraceMs: number;
}

export interface PoolContext {
  readonly launch: Launch;
  readonly limits: PoolLimits;
  readonly observer: InstanceObserver;
  readonly clock: () => number;
  readonly newInstanceId: () => string;
  /** Something changed that scaling may want to answer. */
  readonly changed: () => void;
}

/** The right to have one request served by one instance. `release` must be called exactly once. */
export interface Slot {
  readonly instance: PooledInstance;
  /** Whether the request waited for this instance to start. */
  readonly coldStart: boolean;
  /** `doubtful`: nobody knows what the instance is doing, so it serves nobody any more. */
  release(condition: 'sound' | 'doubtful'): void;
}

interface Waiter {
  readonly requestId: string;
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  resolve(slot: Slot): void;
  reject(error: InvocationError): void;
}

/** The instances of one revision of one version of a function, and the requests that wait for one. */
export class FunctionPool {
  readonly instances = new Set<PooledInstance>();
  retired = false;
  private readonly waiting: Waiter[] = [];
  private readonly backOff = new StartBackOff();

  constructor(
    readonly key: string,
    readonly spec: FunctionSpec,
    private readonly context: PoolContext,
  ) {}

  /** A slot at once when an instance has one; otherwise a promise that is rejected with an InvocationError. */
  acquire(requestId: string): Slot | Promise<Slot> {
    // Newest first: what is used the least falls idle and is given up.
    let chosen: PooledInstance | undefined;
    for (const instance of this.instances) if (instance.hasFreeSlot) chosen = instance;
    return chosen === undefined ? this.wait(requestId) : this.occupy(chosen, requestId, false);
  }

  get unused(): boolean {
    return this.instances.size === 0 && this.waiting.length === 0 && !this.backOff.remembers(this.context.clock());
  }

  measure(): PoolMeasurement {
    return {
      key: this.key,
      retired: this.retired,
      concurrency: Math.max(1, this.spec.instance_concurrency),
      maxInstances: this.spec.max_instances,
      memoryMb: this.spec.memory_mb,
      waiting: this.waiting.length,
      mayStartAt: this.backOff.until,
      instances: [...this.instances].flatMap(({ id, state, since }) => (state.name === 'gone' ? [] : [{ id, state: state.name, since }])),
    };
  }

  async start(): Promise<void> {
    const instance = new PooledInstance(this.context.newInstanceId(), this.spec, this.context.clock);
    this.instances.add(instance);
    let handle: Instance;
    try {
      handle = await this.context.launch(this.spec, instance.id, {
        signal: instance.abortStart.signal,
        onOutput: (line) => {
          if (line.source === 'stderr') instance.stderrTail.add(line.text);
          this.context.observer.output(instance, line);
        },
      });
    } catch (error) {
      this.remove(instance, 'start failed');
      if (!instance.abortStart.signal.aborted) this.startFailed(error);
      this.context.changed();
      return;
    }
    instance.opened(handle);
    void handle.exited.then((exit) => {
      this.remove(instance, exit.kind);
      this.context.changed();
    });
    if (instance.state.name !== 'starting') {
      await handle.stop(this.context.limits.stopGraceMs);
      return;
    }
    this.backOff.succeeded();
    instance.become({ name: 'ready' });
    void instance.sampleMemory();
    this.serve(instance, true);
    this.context.changed();
  }

  /** The request waits no longer: nobody would read the answer. */
  abandon(requestId: string): void {
    const index = this.waiting.findIndex((waiter) => waiter.requestId === requestId);
    const [waiter] = index === -1 ? [] : this.waiting.splice(index, 1);
    if (waiter !== undefined) this.refuse(waiter, { kind: 'CALLER_GONE' });
  }

  end(instanceId: string, how: 'stop' | 'drain', why: StopReason): void {
    for (const instance of this.instances) if (instance.id === instanceId) this.endInstance(instance, how, why);
  }

  refuseWaiting(outcome: FailedOutcome): void {
    for (const waiter of this.waiting.splice(0)) this.refuse(waiter, outcome);
  }

  async close(): Promise<void> {
    this.refuseWaiting({ kind: 'WORKER_STOPPING' });
    await Promise.all([...this.instances].map((instance) => instance.stop('closing', this.context.limits.stopGraceMs)));
  }

  private wait(requestId: string): Promise<Slot> {
    const { clock, limits } = this.context;
    const failed = this.backOff.activeFailure(clock());
    if (failed !== undefined) return Promise.reject(new InvocationError(failed));
    if (this.spec.max_instances === 0) return Promise.reject(new InvocationError({ kind: 'FUNCTION_DISABLED' }));
    if (this.waiting.length >= limits.queueLength) {
      return Promise.reject(new InvocationError({ kind: 'QUEUE_FULL', queueLength: limits.queueLength }));
    }
    return new Promise((resolve, reject) => {
      const waitMs = this.spec.start_timeout_seconds * 1_000 + limits.queueWaitMs;
      const timer = setTimeout(() => this.waitedTooLong(waiter), waitMs);
      const waiter: Waiter = { requestId, since: clock(), timer, resolve, reject };
      this.waiting.push(waiter);
      this.context.changed();
    });
  }

  private waitedTooLong(waiter: Waiter): void {
    this.waiting.splice(this.waiting.indexOf(waiter), 1);
    const atLimit = this.spec.max_instances > 0 && this.instances.size >= this.spec.max_instances;
    this.refuse(waiter, {
      kind: 'NO_INSTANCE_IN_TIME',
      waitedMs: Math.round(this.context.clock() - waiter.since),
      blockedBy: atLimit ? 'function-limit' : 'worker',
    });
  }

  private refuse(waiter: Waiter, outcome: FailedOutcome): void {
    clearTimeout(waiter.timer);
    waiter.reject(new InvocationError(outcome));
  }

  private occupy(instance: PooledInstance, requestId: string, coldStart: boolean): Slot {
    instance.begin(requestId);
    let released = false;
    return {
      instance,
      coldStart,
      release: (condition) => {
        if (released) return;
        released = true;
        this.released(instance, requestId, condition);
      },
    };
  }

  private released(instance: PooledInstance, requestId: string, condition: 'sound' | 'doubtful'): void {
    instance.end(requestId);
    if (condition === 'doubtful') {
      this.endInstance(instance, 'drain', 'doubtful');
      this.context.changed();
    } else if (instance.state.name === 'draining') {
      if (instance.active === 0) this.endInstance(instance, 'stop', instance.state.why);
    } else if (this.waiting.length > 0) {
      this.serve(instance, false);
    } else if (this.retired || instance.active === 0) {
      this.context.changed();
    }
  }

  private serve(instance: PooledInstance, coldStart: boolean): void {
    while (instance.hasFreeSlot) {
      const waiter = this.waiting.shift();
      if (waiter === undefined) return;
      clearTimeout(waiter.timer);
      waiter.resolve(this.occupy(instance, waiter.requestId, coldStart));
    }
  }

  private endInstance(instance: PooledInstance, how: 'stop' | 'drain', why: StopReason): void {
    if (instance.state.name === 'gone') return;
    if (how === 'drain' && instance.active > 0) {
      if (instance.state.name !== 'draining') instance.become({ name: 'draining', why });
      return;
    }
    void instance.stop(why, why === 'doubtful' ? 0 : this.context.limits.stopGraceMs);
  }

  private remove(instance: PooledInstance, why: string): void {
    instance.become({ name: 'gone', why });
    instance.connections.close();
    this.instances.delete(instance);
  }

  /** Answers the requests this instance was started for; all of them when no other instance is there to serve them. */
  private startFailed(error: unknown): void {
    const outcome = startOutcome(error);
    this.backOff.failed(outcome, this.context.clock());
    const othersLeft = [...this.instances].some(({ state }) => state.name !== 'draining');
    const answered = othersLeft ? this.spec.instance_concurrency : this.waiting.length;
    for (const waiter of this.waiting.splice(0, answered)) this.refuse(waiter, outcome);
  }
}

function startOutcome(error: unknown): FailedOutcome {
  if (error instanceof StartFailure) return { kind: 'START_FAILED', failure: error };
  if (error instanceof InvocationError) return error.outcome;
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'START_FAILED', failure: new StartFailure({ reason: 'SANDBOX_FAILED', detail }) };
}
