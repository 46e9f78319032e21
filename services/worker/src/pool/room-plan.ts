import { isLive, isUnused, surplusOf, type InstanceMeasurement, type PoolMeasurement, type ScalingAction, type ScalingLimits } from './scaling-measurements.js';

interface Candidate {
  readonly pool: PoolMeasurement;
  readonly instance: InstanceMeasurement;
}

interface Claim {
  readonly pool: PoolMeasurement;
  /** Somebody waits; otherwise it is for what is reserved. */
  readonly demanded: boolean;
  wanted: number;
  owned: number;
}

/**
 * Hands out the worker's room, one instance at a time: to the tenant with the smallest part of it first, and of its functions to the one
 * with the fewest instances. A part is the larger of its parts of the instances and of the memory (dominant resource fairness), so that
 * neither many small nor a few large instances get around it.
 *
 * Who finds no room gets that of an unused instance: of its own tenant, or of one with a larger part. Where all are busy, a tenant that has
 * less than its part gets one from the tenant with the most, and a function without any from the one with the most, after its requests.
 */
export class RoomPlan {
  private readonly tenants = new Map<string, Part>();
  private freeInstances: number;
  private freeMemoryMb: number;
  private freeStarts: number;
  /** Room is made for no more instances than may start then: what more of it came free would go to others in between, and be taken again. */
  private roomsToMake: number;
  /** What instances on their way out will give back: nobody needs to make that room twice. */
  private comingInstances = 0;
  private comingMemoryMb = 0;
  private readonly unused: Candidate[] = [];
  private readonly ending: Set<string>;
  /** How many instances each pool can lose before it has fewer than are reserved for it. */
  private readonly surplus = new Map<string, number>();
  private readonly actions: ScalingAction[] = [];

  constructor(
    private readonly pools: readonly PoolMeasurement[],
    private readonly limits: ScalingLimits,
    endings: readonly ScalingAction[],
  ) {
    this.ending = new Set(endings.flatMap((action) => ('instance' in action ? [action.instance] : [])));
    this.freeInstances = limits.maxInstances;
    this.freeMemoryMb = limits.maxMemoryMb;
    this.freeStarts = limits.maxStarting;
    for (const pool of pools) {
      this.surplus.set(pool.key, surplusOf(pool));
      for (const instance of pool.instances) this.count(pool, instance);
    }
    this.roomsToMake = this.freeStarts;
    this.unused.sort((a, b) => a.instance.since - b.instance.since);
  }

  grant(): ScalingAction[] {
    const claims = this.pools.flatMap((pool): Claim[] => {
      const { wanted, demanded } = wantedStarts(pool);
      return wanted > 0 ? [{ pool, demanded, wanted, owned: pool.instances.length }] : [];
    });
    while (claims.length > 0) {
      const claim = claims.reduce((best, next) => (this.isBefore(next, best) ? next : best));
      const granted = this.mayStart(claim.pool) && (this.fits(claim.pool) ? this.start(claim.pool) : this.makeRoom(claim));
      claim.owned += 1;
      claim.wanted -= 1;
      if (!granted || claim.wanted === 0) claims.splice(claims.indexOf(claim), 1);
    }
    return this.actions;
  }

  private isBefore(a: Claim, b: Claim): boolean {
    if (a.demanded !== b.demanded) return a.demanded;
    const [one, other] = [this.partOf(a.pool), this.partOf(b.pool)];
    if (one.starting !== other.starting) return one.starting < other.starting;
    const difference = one.share(this.limits) - other.share(this.limits);
    return difference === 0 ? a.owned < b.owned : difference < 0;
  }

  private partOf({ tenant }: PoolMeasurement): Part {
    let part = this.tenants.get(tenant);
    if (part === undefined) this.tenants.set(tenant, (part = new Part()));
    return part;
  }

  private count(pool: PoolMeasurement, instance: InstanceMeasurement): void {
    this.freeInstances -= 1;
    this.freeMemoryMb -= pool.memoryMb;
    const part = this.partOf(pool);
    if (instance.state === 'starting') {
      this.freeStarts -= 1;
      part.starting += 1;
    }
    if (!isLive(instance) || this.ending.has(instance.id)) {
      this.comingInstances += 1;
      this.comingMemoryMb += pool.memoryMb;
      if (isLive(instance)) this.lose(pool);
      return;
    }
    part.add(pool.memoryMb);
    if (isUnused(instance)) this.unused.push({ pool, instance });
  }

  private lose(pool: PoolMeasurement): void {
    this.surplus.set(pool.key, (this.surplus.get(pool.key) ?? 0) - 1);
  }

  /** A tenant's slow starts must not keep another one from its first. */
  private mayStart(pool: PoolMeasurement): boolean {
    return this.freeStarts > 0 || this.partOf(pool).starting === 0;
  }

  private fits(pool: PoolMeasurement): boolean {
    return this.freeInstances >= 1 && this.freeMemoryMb >= pool.memoryMb;
  }

  private start(pool: PoolMeasurement): boolean {
    this.freeInstances -= 1;
    this.freeMemoryMb -= pool.memoryMb;
    this.freeStarts -= 1;
    const part = this.partOf(pool);
    part.starting += 1;
    part.add(pool.memoryMb);
    this.actions.push({ do: 'start', pool: pool.key });
    return true;
  }

  /** The start itself follows when the room is really free: the next decision sees it. False when there is none to be had. */
  private makeRoom({ pool, demanded }: Claim): boolean {
    if (pool.memoryMb > this.limits.maxMemoryMb || !this.mayMakeRoom(pool)) return false;
    const victims: Candidate[] = [];
    let instances = this.freeInstances + this.comingInstances;
    let memoryMb = this.freeMemoryMb + this.comingMemoryMb;
    const isEnough = (): boolean => instances >= 1 && memoryMb >= pool.memoryMb;
    const take = (victim: Candidate): void => {
      victims.push(victim);
      instances += 1;
      memoryMb += victim.pool.memoryMb;
      this.lose(victim.pool);
      this.partOf(victim.pool).remove(victim.pool.memoryMb);
    };
    for (const candidate of demanded ? this.unused : []) {
      if (isEnough()) break;
      if (this.mayEvict(candidate, pool)) take(candidate);
    }
    if (!isEnough() && demanded) this.busyVictims(pool, isEnough, take);
    if (!isEnough()) {
      // Nothing is gained by ending some of them.
      for (const victim of victims) {
        this.surplus.set(victim.pool.key, (this.surplus.get(victim.pool.key) ?? 0) + 1);
        this.partOf(victim.pool).add(victim.pool.memoryMb);
      }
      return false;
    }
    for (const victim of victims) this.end(victim);
    // What is coming free is now spoken for.
    this.comingInstances = instances - 1 - this.freeInstances;
    this.comingMemoryMb = memoryMb - pool.memoryMb - this.freeMemoryMb;
    this.roomsToMake -= 1;
    const part = this.partOf(pool);
    part.making += 1;
    part.add(pool.memoryMb);
    return true;
  }

  private mayMakeRoom(pool: PoolMeasurement): boolean {
    const { starting, making } = this.partOf(pool);
    return this.roomsToMake > 0 || starting + making === 0;
  }

  private end({ pool, instance }: Candidate): void {
    this.ending.add(instance.id);
    const at = this.unused.findIndex((candidate) => candidate.instance === instance);
    if (at !== -1) this.unused.splice(at, 1);
    this.actions.push({ do: at === -1 ? 'drain' : 'stop', pool: pool.key, instance: instance.id, why: 'evicted' });
  }

  private mayEvict(candidate: Candidate, newcomer: PoolMeasurement): boolean {
    if ((this.surplus.get(candidate.pool.key) ?? 0) <= 0) return false;
    if (candidate.pool.tenant === newcomer.tenant) return true;
    return this.partOf(candidate.pool).share(this.limits) > this.partOf(newcomer).share(this.limits);
  }

  /** Busy instances that may go for this pool: the largest tenant's largest function loses first. */
  private busyVictims(pool: PoolMeasurement, isEnough: () => boolean, take: (victim: Candidate) => void): void {
    const busy = new Map(this.pools.map((each) => [each, each.instances.filter(({ state, id }) => state === 'busy' && !this.ending.has(id))]));
    const isAllowed = (candidate: PoolMeasurement): boolean => {
      const left = busy.get(candidate)?.length ?? 0;
      if (left === 0 || (this.surplus.get(candidate.key) ?? 0) <= 0) return false;
      const [theirs, ours] = [this.partOf(candidate), this.partOf(pool)];
      if (candidate.tenant !== pool.tenant && theirs.shareWith(-1, -candidate.memoryMb, this.limits) >= ours.shareWith(1, pool.memoryMb, this.limits)) return true;
      // A function without any instance gets one of a function that keeps some: of its own tenant, or of one that has more. Among equals
      // the room would go back at once, and forth again.
      if (pool.instances.length > 0 || left <= 1) return false;
      return candidate.tenant === pool.tenant || theirs.share(this.limits) > ours.share(this.limits);
    };
    while (!isEnough()) {
      const allowed = this.pools.filter(isAllowed);
      const victim = allowed.reduce<PoolMeasurement | undefined>((best, next) => (best === undefined || this.isLarger(next, best, busy) ? next : best), undefined);
      const instance = victim === undefined ? undefined : busy.get(victim)?.shift();
      if (victim === undefined || instance === undefined) return;
      take({ pool: victim, instance });
    }
  }

  private isLarger(a: PoolMeasurement, b: PoolMeasurement, busy: ReadonlyMap<PoolMeasurement, readonly InstanceMeasurement[]>): boolean {
    const difference = this.partOf(a).share(this.limits) - this.partOf(b).share(this.limits);
    return difference === 0 ? (busy.get(a)?.length ?? 0) > (busy.get(b)?.length ?? 0) : difference > 0;
  }
}

/** What one tenant has of the worker. */
class Part {
  private instances = 0;
  private memoryMb = 0;
  starting = 0;
  /** For how many more room is being made. */
  making = 0;

  add(memoryMb: number): void {
    this.instances += 1;
    this.memoryMb += memoryMb;
  }

  remove(memoryMb: number): void {
    this.instances -= 1;
    this.memoryMb -= memoryMb;
  }

  share(limits: ScalingLimits): number {
    return this.shareWith(0, 0, limits);
  }

  /** As it would be with so much more. */
  shareWith(instances: number, memoryMb: number, limits: ScalingLimits): number {
    return Math.max((this.instances + instances) / limits.maxInstances, (this.memoryMb + memoryMb) / limits.maxMemoryMb);
  }
}

function wantedStarts(pool: PoolMeasurement): { wanted: number; demanded: boolean } {
  const starting = pool.instances.filter((instance) => instance.state === 'starting').length;
  const live = pool.instances.filter(isLive).length;
  const demanded = Math.ceil((pool.waiting - starting * pool.concurrency) / pool.concurrency);
  const reserved = pool.retired ? 0 : pool.reserved - live;
  const allowed = pool.maxInstances < 0 ? Infinity : pool.maxInstances - pool.instances.length;
  return { wanted: Math.min(Math.max(demanded, reserved), allowed, startsThrough(pool, starting)), demanded: demanded > 0 };
}

/** How many starts the circuit lets through. */
function startsThrough({ circuit }: PoolMeasurement, starting: number): number {
  switch (circuit) {
    case 'closed':
      return Infinity;
    case 'open':
      return 0;
    case 'half-open':
      return 1 - starting;
    default:
      return circuit satisfies never;
  }
}
