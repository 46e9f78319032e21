import type { InstanceStateName, StopReason } from './instance-state.js';

export interface ScalingLimits {
  /** Instances of this worker at once, and what their memory_size adds up to. */
  readonly maxInstances: number;
  readonly maxMemoryMb: number;
  /** Instances that start at once; more would only make each other late. */
  readonly maxStarting: number;
  /** How long an instance nobody uses is kept. */
  readonly idleMs: number;
  /** How long requests of a draining instance may still run. */
  readonly drainMs: number;
}

export interface InstanceMeasurement {
  readonly id: string;
  readonly state: Exclude<InstanceStateName, 'gone'>;
  /** When it came into that state, in milliseconds of the clock of `now`. */
  readonly since: number;
}

/** One revision of one version of a function, as it is now. */
export interface PoolMeasurement {
  readonly key: string;
  /** A newer revision took its place: it serves who already waits and nobody else. */
  readonly retired: boolean;
  readonly concurrency: number;
  /** -1: no limit. */
  readonly maxInstances: number;
  readonly memoryMb: number;
  /** Requests without a slot. */
  readonly waiting: number;
  /** No start before this time: the last ones failed. */
  readonly mayStartAt: number;
  readonly instances: readonly InstanceMeasurement[];
}

export type ScalingAction =
  | { readonly do: 'start'; readonly pool: string }
  /** End it now. */
  | { readonly do: 'stop'; readonly pool: string; readonly instance: string; readonly why: StopReason }
  /** Give it no request any more; end it after its last one. */
  | { readonly do: 'drain'; readonly pool: string; readonly instance: string; readonly why: StopReason };

/** What to do about the instances of this worker, from nothing but measurements. */
export function decideScaling(pools: readonly PoolMeasurement[], limits: ScalingLimits, now: number): ScalingAction[] {
  const endings = pools.flatMap((pool) => endInstances(pool, limits, now));
  return [...endings, ...new RoomPlan(pools, limits, endings).grant(now)];
}

function endInstances(pool: PoolMeasurement, limits: ScalingLimits, now: number): ScalingAction[] {
  return pool.instances.flatMap((instance): ScalingAction[] => {
    const end = (how: 'stop' | 'drain', why: StopReason): ScalingAction[] => [{ do: how, pool: pool.key, instance: instance.id, why }];
    switch (instance.state) {
      case 'starting':
        return pool.retired && pool.waiting === 0 ? end('stop', 'retired') : [];
      case 'ready':
      case 'idle':
        if (pool.retired) return end('stop', 'retired');
        return now - instance.since >= limits.idleMs ? end('stop', 'idle') : [];
      case 'busy':
        return pool.retired && pool.waiting === 0 ? end('drain', 'retired') : [];
      case 'draining':
        return now - instance.since >= limits.drainMs ? end('stop', 'retired') : [];
      default:
        return instance.state satisfies never;
    }
  });
}

interface Victim {
  readonly pool: PoolMeasurement;
  readonly instance: InstanceMeasurement;
}

/**
 * Hands out the worker's room, one instance at a time, to the function that has the fewest. Who finds no room gets that of the
 * instance that is unused the longest; a function without any instance gets one from the function with the most.
 */
class RoomPlan {
  private freeInstances: number;
  private freeMemoryMb: number;
  private freeStarts: number;
  /** What instances on their way out will give back: nobody needs to make that room twice. */
  private comingInstances = 0;
  private comingMemoryMb = 0;
  private readonly unused: Victim[] = [];
  private readonly ending: Set<string>;
  private readonly actions: ScalingAction[] = [];

  constructor(
    private readonly pools: readonly PoolMeasurement[],
    private readonly limits: ScalingLimits,
    endings: readonly ScalingAction[],
  ) {
    this.ending = new Set(endings.flatMap((action) => (action.do === 'start' ? [] : [action.instance])));
    this.freeInstances = limits.maxInstances;
    this.freeMemoryMb = limits.maxMemoryMb;
    this.freeStarts = limits.maxStarting;
    for (const pool of pools) for (const instance of pool.instances) this.count(pool, instance);
    this.unused.sort((a, b) => a.instance.since - b.instance.since);
  }

  grant(now: number): ScalingAction[] {
    const claims = this.pools
      .map((pool) => ({ pool, wanted: wantedStarts(pool, now), owned: pool.instances.length }))
      .filter((claim) => claim.wanted > 0);
    while (claims.length > 0) {
      claims.sort((a, b) => a.owned - b.owned);
      const claim = claims[0] as (typeof claims)[number];
      if (this.freeStarts <= 0) break;
      const granted = this.fits(claim.pool) ? this.start(claim.pool) : this.makeRoom(claim.pool);
      claim.owned += 1;
      claim.wanted -= 1;
      if (!granted || claim.wanted === 0) claims.shift();
    }
    return this.actions;
  }

  private count(pool: PoolMeasurement, instance: InstanceMeasurement): void {
    this.freeInstances -= 1;
    this.freeMemoryMb -= pool.memoryMb;
    if (instance.state === 'starting') this.freeStarts -= 1;
    if (instance.state === 'draining' || this.ending.has(instance.id)) {
      this.comingInstances += 1;
      this.comingMemoryMb += pool.memoryMb;
    } else if (instance.state === 'idle' || instance.state === 'ready') {
      this.unused.push({ pool, instance });
    }
  }

  private fits(pool: PoolMeasurement): boolean {
    return this.freeInstances >= 1 && this.freeMemoryMb >= pool.memoryMb;
  }

  private start(pool: PoolMeasurement): boolean {
    this.freeInstances -= 1;
    this.freeMemoryMb -= pool.memoryMb;
    this.freeStarts -= 1;
    this.actions.push({ do: 'start', pool: pool.key });
    return true;
  }

  /** The start itself follows when the room is really free: the next decision sees it. False when there is none to be had. */
  private makeRoom(pool: PoolMeasurement): boolean {
    const victims: Victim[] = [];
    let instances = this.freeInstances + this.comingInstances;
    let memoryMb = this.freeMemoryMb + this.comingMemoryMb;
    while (instances < 1 || memoryMb < pool.memoryMb) {
      const victim = this.unused[victims.length];
      if (victim === undefined) break;
      victims.push(victim);
      instances += 1;
      memoryMb += victim.pool.memoryMb;
    }
    if (instances < 1 || memoryMb < pool.memoryMb) {
      if (pool.instances.length === 0) this.takeFromTheLargest(pool);
      return false;
    }
    this.unused.splice(0, victims.length);
    for (const victim of victims) {
      this.actions.push({ do: 'stop', pool: victim.pool.key, instance: victim.instance.id, why: 'evicted' });
    }
    // What is coming free is now spoken for.
    this.comingInstances = instances - 1 - this.freeInstances;
    this.comingMemoryMb = memoryMb - pool.memoryMb - this.freeMemoryMb;
    return true;
  }

  private takeFromTheLargest(pool: PoolMeasurement): void {
    if (pool.memoryMb > this.limits.maxMemoryMb || this.comingInstances > 0) return;
    const active = (candidate: PoolMeasurement): InstanceMeasurement[] =>
      candidate.instances.filter((instance) => instance.state === 'busy' && !this.ending.has(instance.id));
    const largest = this.pools.filter((candidate) => active(candidate).length > 1).sort((a, b) => active(b).length - active(a).length)[0];
    const instance = largest && active(largest)[0];
    if (largest === undefined || instance === undefined) return;
    this.ending.add(instance.id);
    this.actions.push({ do: 'drain', pool: largest.key, instance: instance.id, why: 'evicted' });
    this.comingInstances += 1;
    this.comingMemoryMb += largest.memoryMb;
  }
}

function wantedStarts(pool: PoolMeasurement, now: number): number {
  if (pool.waiting === 0 || now < pool.mayStartAt) return 0;
  const starting = pool.instances.filter((instance) => instance.state === 'starting').length;
  const missing = Math.ceil((pool.waiting - starting * pool.concurrency) / pool.concurrency);
  const allowed = pool.maxInstances < 0 ? missing : Math.min(missing, pool.maxInstances - pool.instances.length);
  return Math.max(0, allowed);
}
