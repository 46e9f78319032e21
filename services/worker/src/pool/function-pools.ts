import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import { keysOf } from '../sealed/keys-of.js';
import { decideScaling } from './decide-scaling.js';
import { FairQueue } from './fair-queue.js';
import { FunctionPool, type PoolContext } from './function-pool.js';
import type { PooledInstance } from './pooled-instance.js';
import type { ScalingLimits } from './scaling-measurements.js';
import type { Slot } from './slot.js';
import type { WaitingRequest } from './waiting-request.js';

/** How often idle instances are looked at, unless they are frozen sooner. Demand is answered at once, without this timer. */
const LOOK_EVERY_MS = 1_000;

/** What requests have to end, and then processes, when a key is taken away: with the way of the news all of it is over within five seconds. */
const KEY_GRACE_MS = 1_500;

/**
 * All instances of this worker. Warm requests take a slot of their function's pool and touch nothing else; whenever demand
 * changes, all pools are measured, `decideScaling` says what to do, and it is done.
 */
export class FunctionPools {
  /** The pool of the newest revision, by function and version. */
  private readonly current = new Map<string, FunctionPool>();
  /** The same by what a warm request has at hand, so that no name need be put together for it. */
  private readonly ofSpecs = new WeakMap<FunctionSpec, FunctionPool>();
  /** Every pool that still has instances or waiting requests, by key. */
  private readonly pools = new Map<string, FunctionPool>();
  private readonly context: PoolContext;
  private readonly timer: NodeJS.Timeout;
  private rescalePlanned = false;
  private closing = false;

  constructor(
    context: Omit<PoolContext, 'changed' | 'queue'>,
    private readonly scaling: ScalingLimits,
  ) {
    const { queueLength, maxWaiting } = context.limits;
    const queue = new FairQueue<WaitingRequest>({ perKey: queueLength, total: maxWaiting });
    this.context = { ...context, queue, changed: () => this.planRescale() };
    this.timer = setInterval(() => this.rescale(), Math.min(LOOK_EVERY_MS, scaling.freezeMs));
    this.timer.unref();
  }

  /** `patienceMs`: for how long its caller waits for an answer. */
  acquire(spec: FunctionSpec, requestId: string, patienceMs?: number): Slot | Promise<Slot> {
    if (this.closing) return Promise.reject(new InvocationError({ kind: 'WORKER_STOPPING' }));
    return this.poolOf(spec).acquire(requestId, patienceMs);
  }

  /** Has the instances running that are reserved for this revision, from now until it is retired. */
  keepReserved(spec: FunctionSpec): void {
    if (this.closing || this.current.get(nameOf(spec))?.key === keyOf(spec)) return;
    this.poolOf(spec);
    this.planRescale();
  }

  /** Takes a request that waits out of its queue. */
  abandon(spec: FunctionSpec, requestId: string): void {
    this.pools.get(keyOf(spec))?.abandon(requestId);
  }

  /** Lets what older revisions still serve come to its end. An empty version means every version of the function. */
  retire(functionId: string, version: string, belowRevision: number): void {
    for (const [name, pool] of this.current) {
      const { spec } = pool;
      if (spec.func_id !== functionId || (version !== '' && spec.version !== version) || spec.revision >= belowRevision) continue;
      pool.retired = true;
      this.current.delete(name);
    }
    this.planRescale();
  }

  /** Ends what an account that may not run functions any more still has: who waits is refused, who is served may end. */
  retireAccount(domainId: string, outcome: FailedOutcome): void {
    for (const [name, pool] of this.current) {
      if (pool.spec.domain_id !== domainId) continue;
      pool.retired = true;
      pool.refuseWaiting(outcome);
      this.current.delete(name);
    }
    this.planRescale();
  }

  /**
   * The account demands strong isolation from now on: what runs with less serves the requests it has, takes no other, and is replaced. What
   * starts from now on is strong by `launchFunction`.
   */
  drainOrdinary(domainId: string): void {
    for (const pool of this.pools.values()) {
      if (pool.spec.domain_id !== domainId || pool.spec.strong_isolation) continue;
      for (const { id } of [...pool.instances]) pool.end(id, 'drain', 'isolation');
    }
    this.planRescale();
  }

  /** A customer's key can no longer be used: nothing that was started with it runs on. */
  revokeKey(keyId: string, outcome: FailedOutcome): void {
    for (const pool of this.pools.values()) if (keysOf(pool.spec).includes(keyId)) pool.revoke(outcome, KEY_GRACE_MS);
  }

  /** It can be used again: what failed for want of it is forgotten. */
  restoreKey(keyId: string): void {
    for (const pool of this.pools.values()) if (keysOf(pool.spec).includes(keyId)) pool.circuit.reset();
    this.planRescale();
  }

  *instances(): Generator<PooledInstance> {
    for (const pool of this.pools.values()) yield* pool.instances;
  }

  /** Every revision that has anything to tell: instances, waiting requests, failures. */
  all(): Iterable<FunctionPool> {
    return this.pools.values();
  }

  /** Refuses new requests. Those that run may end; `close` ends them. */
  refuseNew(): void {
    this.closing = true;
  }

  get busy(): boolean {
    for (const instance of this.instances()) if (instance.active > 0) return true;
    return false;
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.timer);
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
  }

  private poolOf(spec: FunctionSpec): FunctionPool {
    const last = this.ofSpecs.get(spec);
    if (last !== undefined && !last.retired && !last.forgotten) return last;
    const pool = this.currentPoolOf(spec);
    this.ofSpecs.set(spec, pool);
    return pool;
  }

  private currentPoolOf(spec: FunctionSpec): FunctionPool {
    const name = nameOf(spec);
    const found = this.current.get(name);
    if (found !== undefined && found.spec.revision >= spec.revision) return found;
    if (found !== undefined) this.retire(spec.func_id, spec.version, spec.revision);
    // The pool of an account that was suspended and came back may still be draining.
    const pool = this.pools.get(keyOf(spec)) ?? new FunctionPool(keyOf(spec), spec, this.context);
    pool.retired = false;
    pool.forgotten = false;
    this.current.set(name, pool);
    this.pools.set(pool.key, pool);
    return pool;
  }

  /** Many changes of one moment are answered by one decision. */
  private planRescale(): void {
    if (this.rescalePlanned) return;
    this.rescalePlanned = true;
    setImmediate(() => {
      this.rescalePlanned = false;
      this.rescale();
    });
  }

  private rescale(): void {
    if (this.closing) return;
    const now = this.context.clock();
    const measurements = [...this.pools.values()].map((pool) => pool.measure());
    for (const action of decideScaling(measurements, this.scaling, now)) {
      const pool = this.pools.get(action.pool);
      if (action.do === 'start') void pool?.start();
      else if (action.do === 'freeze') void pool?.find(action.instance)?.freeze();
      else pool?.end(action.instance, action.do, action.why);
    }
    this.forgetUnused();
  }

  private forgetUnused(): void {
    for (const [key, pool] of this.pools) {
      if (!pool.unused) continue;
      pool.forgotten = true;
      this.pools.delete(key);
      const name = nameOf(pool.spec);
      if (this.current.get(name) === pool) this.current.delete(name);
    }
  }
}

function nameOf(spec: FunctionSpec): string {
  return `${spec.func_id}:${spec.version}`;
}

function keyOf(spec: FunctionSpec): string {
  return `${spec.func_id}:${spec.version}:${spec.revision}`;
}
