import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { StartFailure, type Instance, type InstanceExit, type OutputLine } from '../instance/index.js';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import { RunTime } from './expected-wait.js';
import type { FairQueue } from './fair-queue.js';
import type { StopReason } from './instance-state.js';
import { PooledInstance, type InstanceObserver } from './pooled-instance.js';
import type { PoolMeasurement } from './scaling-measurements.js';
import type { Slot } from './slot.js';
import { StartCircuit } from './start-circuit.js';
import { WaitingRequest } from './waiting-request.js';

/** Makes a running instance of a function. Rejects with a StartFailure, or an InvocationError where the code is not to be had. */
export type Launch = (
  spec: FunctionSpec,
  instanceId: string,
  options: { readonly onOutput: (line: OutputLine) => void; readonly signal: AbortSignal },
) => Promise<Instance>;

export interface PoolLimits {
  /** Requests of one function, and of all, that may wait for a slot. */
  readonly queueLength: number;
  readonly maxWaiting: number;
  /** How long one may wait beyond the function's own start timeout, in milliseconds. */
  readonly queueWaitMs: number;
  /** From SIGTERM to SIGKILL when an instance is no longer needed, in milliseconds. */
  readonly stopGraceMs: number;
}

export interface PoolContext {
  readonly launch: Launch;
  readonly limits: PoolLimits;
  /** Who waits, at all pools. */
  readonly queue: FairQueue<WaitingRequest>;
  readonly observer: InstanceObserver;
  readonly clock: () => number;
  readonly newInstanceId: () => string;
  /** Why no instance of it can be started now, where that is known without trying. */
  readonly unstartable?: (spec: FunctionSpec) => FailedOutcome | undefined;
  /** Something changed that scaling may want to answer. */
  readonly changed: () => void;
}

/** The instances of one revision of one version of a function, and the requests that wait for one. */
export class FunctionPool {
  readonly instances = new Set<PooledInstance>();
  readonly circuit = new StartCircuit();
  retired = false;
  /** It had nothing to tell any more, and others have taken its place if it was wanted again. */
  forgotten = false;
  private readonly runTime = new RunTime();

  constructor(
    readonly key: string,
    readonly spec: FunctionSpec,
    private readonly context: PoolContext,
  ) {}

  /**
   * A slot at once when an instance has one; otherwise a promise that is rejected with an InvocationError. `patienceMs`: for how
   * long its caller waits for an answer that has begun to be made; it does not stand in the queue longer than that.
   */
  acquire(requestId: string, patienceMs = Infinity): Slot | Promise<Slot> {
    const chosen = this.choose();
    return chosen === undefined ? this.wait(requestId, patienceMs) : this.occupy(chosen, requestId, undefined);
  }

  get waiting(): number {
    return this.context.queue.waitingFor(this.key);
  }

  get unused(): boolean {
    const isKept = !this.retired && this.spec.reserved_instances > 0;
    return !isKept && this.instances.size === 0 && this.waiting === 0 && !this.circuit.remembers(this.context.clock());
  }

  measure(): PoolMeasurement {
    return {
      key: this.key,
      tenant: this.spec.domain_id,
      retired: this.retired,
      concurrency: Math.max(1, this.spec.instance_concurrency),
      maxInstances: this.spec.max_instances,
      reserved: this.context.unstartable?.(this.spec) === undefined ? this.spec.reserved_instances : 0,
      memoryMb: this.spec.memory_mb,
      waiting: this.waiting,
      circuit: this.circuit.at(this.context.clock()).state,
      instances: [...this.instances].flatMap(({ id, state, since, unusedSince }) =>
        state.name === 'gone' ? [] : [{ id, state: state.name, since: state.name === 'frozen' ? unusedSince : since }],
      ),
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
    void handle.exited.then((exit) => this.ended(instance, exit));
    if (instance.state.name !== 'starting') {
      await handle.stop(instance.state.name === 'draining' && instance.state.why === 'key' ? 0 : this.context.limits.stopGraceMs);
      return;
    }
    instance.become({ name: 'ready' });
    void instance.sampleMemory();
    this.serve(instance, this.context.clock());
    this.context.changed();
  }

  /** The request waits no longer: nobody would read the answer. */
  abandon(requestId: string): void {
    for (const waiter of this.context.queue.of(this.key)) {
      if (waiter.requestId !== requestId) continue;
      this.context.queue.remove(waiter);
      waiter.refuse({ kind: 'CALLER_GONE' });
      return;
    }
  }

  find(instanceId: string): PooledInstance | undefined {
    for (const instance of this.instances) if (instance.id === instanceId) return instance;
    return undefined;
  }

  end(instanceId: string, how: 'stop' | 'drain', why: StopReason): void {
    const instance = this.find(instanceId);
    if (instance !== undefined) this.endInstance(instance, how, why);
  }

  refuseWaiting(outcome: FailedOutcome): void {
    for (let waiter = this.context.queue.next(this.key); waiter !== undefined; waiter = this.context.queue.next(this.key)) waiter.refuse(outcome);
  }

  /**
   * Nobody may have what its instances were started with any more: who waits is refused, and who is served has `graceMs` to end. New
   * requests need new instances from now on.
   */
  revoke(outcome: FailedOutcome, graceMs: number): void {
    this.refuseWaiting(outcome);
    // For its pre-stop call, and then for its processes.
    const halfMs = Math.min(graceMs, this.context.limits.stopGraceMs) / 2;
    for (const instance of this.instances) {
      if (instance.state.name === 'gone') continue;
      if (instance.active === 0) {
        void instance.stop('key', halfMs, halfMs);
        continue;
      }
      instance.become({ name: 'draining', why: 'key' });
      const timer = setTimeout(() => void instance.stop('key', 0), graceMs).unref();
      void instance.gone.then(() => clearTimeout(timer));
    }
    this.context.changed();
  }

  async close(): Promise<void> {
    this.refuseWaiting({ kind: 'WORKER_STOPPING' });
    // The worker itself has not long to end: no app may hold that up.
    const { stopGraceMs } = this.context.limits;
    await Promise.all([...this.instances].map((instance) => instance.stop('closing', stopGraceMs, stopGraceMs)));
  }

  /** Newest first, so that what is used the least rests and is given up; one that is frozen only when no other has room. */
  private choose(): PooledInstance | undefined {
    let awake: PooledInstance | undefined;
    let frozen: PooledInstance | undefined;
    for (const instance of this.instances) {
      if (!instance.hasFreeSlot) continue;
      if (instance.state.name === 'frozen') frozen = instance;
      else awake = instance;
    }
    return awake ?? frozen;
  }

  private wait(requestId: string, patienceMs: number): Promise<Slot> {
    const { clock, limits, queue } = this.context;
    const now = clock();
    const waitMs = this.spec.start_timeout_seconds * 1_000 + Math.min(patienceMs, limits.queueWaitMs);
    const refusal = this.refusal(now, waitMs);
    if (refusal !== undefined) return Promise.reject(new InvocationError(refusal));
    const waiter = new WaitingRequest(this.key, this.spec.domain_id, requestId, now, waitMs);
    const offer = queue.offer(waiter);
    if (!offer.accepted) {
      return Promise.reject(new InvocationError({ kind: 'QUEUE_FULL', ...(offer.bound === 'perKey' ? { scope: 'function', queueLength: limits.queueLength } : { scope: 'worker', queueLength: limits.maxWaiting }) }));
    }
    offer.displaced?.refuse({ kind: 'QUEUE_FULL', scope: 'worker', queueLength: limits.maxWaiting });
    waiter.onDeadline(() => this.waitedTooLong(waiter));
    this.context.changed();
    return waiter.slot;
  }

  /** Why a request should not even begin to wait. */
  private refusal(now: number, waitMs: number): FailedOutcome | undefined {
    if (this.spec.max_instances === 0) return { kind: 'FUNCTION_DISABLED' };
    const unstartable = this.context.unstartable?.(this.spec);
    if (unstartable !== undefined) return unstartable;
    const live = [...this.instances].filter(({ state }) => state.name !== 'draining');
    // While the circuit is open, those that run serve on.
    const broken = live.length === 0 ? this.circuit.refusal(now) : undefined;
    if (broken !== undefined) return broken;
    if (!this.atLimit) return undefined;
    const expectedMs = this.runTime.expectedWaitMs(this.waiting, live.length * Math.max(1, this.spec.instance_concurrency));
    return expectedMs > waitMs ? { kind: 'WAIT_TOO_LONG', expectedMs: Math.round(expectedMs), waitMs, maxInstances: this.spec.max_instances } : undefined;
  }

  private get atLimit(): boolean {
    return this.spec.max_instances > 0 && this.instances.size >= this.spec.max_instances;
  }

  private waitedTooLong(waiter: WaitingRequest): void {
    if (!this.context.queue.remove(waiter)) return;
    const waitedMs = Math.round(this.context.clock() - waiter.since);
    waiter.refuse({ kind: 'NO_INSTANCE_IN_TIME', waitedMs, blockedBy: this.atLimit ? 'function-limit' : 'worker' });
  }

  /** `waited`: since when, and what of it was the start of this instance. */
  private occupy(instance: PooledInstance, requestId: string, waited: { readonly queueMs: number; readonly coldStartMs: number; readonly coldStart: boolean } | undefined): Slot {
    const woken = instance.state.name === 'frozen';
    instance.begin(requestId);
    const begunAt = this.context.clock();
    let released = false;
    return {
      instance,
      woken,
      coldStart: waited?.coldStart ?? false,
      queueMs: waited?.queueMs ?? 0,
      coldStartMs: waited?.coldStartMs ?? 0,
      release: (condition) => {
        if (released) return;
        released = true;
        this.runTime.ran(this.context.clock() - begunAt);
        this.released(instance, requestId, condition);
      },
    };
  }

  private released(instance: PooledInstance, requestId: string, condition: 'sound' | 'doubtful'): void {
    instance.end(requestId);
    if (condition === 'doubtful') {
      this.endInstance(instance, 'drain', 'doubtful');
      this.context.changed();
      return;
    }
    if (instance.exit === undefined) this.circuit.served();
    if (instance.state.name === 'draining') {
      if (instance.active === 0) this.endInstance(instance, 'stop', instance.state.why);
    } else if (this.waiting > 0) {
      this.serve(instance, undefined);
    } else if (this.retired || (instance.active === 0 && this.context.queue.size > 0)) {
      // Somebody may be waiting for the room it takes. Otherwise that it rests is for the next look: a decision weighs the whole worker.
      this.context.changed();
    }
  }

  /** `readyAt`: the instance has just started. */
  private serve(instance: PooledInstance, readyAt: number | undefined): void {
    while (instance.hasFreeSlot) {
      const waiter = this.context.queue.next(this.key);
      if (waiter === undefined) return;
      const waitedMs = this.context.clock() - waiter.since;
      const coldStartMs = readyAt === undefined ? 0 : readyAt - Math.max(waiter.since, instance.startedAt);
      waiter.serve(this.occupy(instance, waiter.requestId, { queueMs: Math.max(0, waitedMs - coldStartMs), coldStartMs, coldStart: readyAt !== undefined }));
    }
  }

  private endInstance(instance: PooledInstance, how: 'stop' | 'drain', why: StopReason): void {
    if (instance.state.name === 'gone') return;
    if (how === 'drain' && instance.active > 0) {
      if (instance.state.name !== 'draining') instance.become({ name: 'draining', why });
      return;
    }
    void instance.stop(why, why === 'doubtful' || why === 'key' ? 0 : this.context.limits.stopGraceMs);
  }

  private ended(instance: PooledInstance, exit: InstanceExit): void {
    this.remove(instance, exit.kind);
    if (exit.kind !== 'STOPPED') this.circuit.failed({ kind: 'PROCESS_ENDED', exit, stderrTail: instance.stderrTail.lines }, this.context.clock());
    this.refuseWhileOpen();
    this.context.changed();
  }

  private remove(instance: PooledInstance, why: string): void {
    instance.become({ name: 'gone', why });
    instance.connections.close();
    this.instances.delete(instance);
  }

  /**
   * Answers the requests this instance was started for; all of them when no other instance is there to serve them. When somebody killed it,
   * that says nothing of the next one, and they wait for that.
   */
  private startFailed(error: unknown): void {
    const outcome = startOutcome(error);
    this.circuit.failed(outcome, this.context.clock());
    if (wasKilled(error)) return this.refuseWhileOpen();
    const othersLeft = [...this.instances].some(({ state }) => state.name !== 'draining');
    for (let answered = othersLeft ? this.spec.instance_concurrency : Infinity; answered > 0; answered -= 1) {
      const waiter = this.context.queue.next(this.key);
      if (waiter === undefined) return;
      waiter.refuse(outcome);
    }
  }

  /** Nobody is to wait for an instance that will not be started. */
  private refuseWhileOpen(): void {
    const isServed = [...this.instances].some(({ state }) => state.name !== 'draining');
    const refusal = isServed ? undefined : this.circuit.refusal(this.context.clock());
    if (refusal !== undefined) this.refuseWaiting(refusal);
  }
}

function wasKilled(error: unknown): boolean {
  return error instanceof StartFailure && error.problem.reason === 'PROCESS_EXITED' && error.problem.end.kind === 'SIGNALED' && error.problem.end.signal === 'SIGKILL';
}

function startOutcome(error: unknown): FailedOutcome {
  if (error instanceof StartFailure) return { kind: 'START_FAILED', failure: error };
  if (error instanceof InvocationError) return error.outcome;
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'START_FAILED', failure: new StartFailure({ reason: 'SANDBOX_FAILED', detail }) };
}
