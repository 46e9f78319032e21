import type { StopReason } from './instance-state.js';
import { RoomPlan } from './room-plan.js';
import { isUnused, surplusOf, type InstanceMeasurement, type PoolMeasurement, type ScalingAction, type ScalingLimits } from './scaling-measurements.js';

/** What to do about the instances of this worker, from nothing but measurements. */
export function decideScaling(pools: readonly PoolMeasurement[], limits: ScalingLimits, now: number): ScalingAction[] {
  const endings = pools.flatMap((pool) => endInstances(pool, limits, now));
  const grants = new RoomPlan(pools, limits, endings).grant();
  const ending = new Set([...endings, ...grants].flatMap((action) => ('instance' in action ? [action.instance] : [])));
  const freezes = pools.flatMap((pool) => freezeInstances(pool, ending, limits, now));
  return [...endings, ...grants, ...freezes];
}

function endInstances(pool: PoolMeasurement, limits: ScalingLimits, now: number): ScalingAction[] {
  const surplus = surplusOf(pool);
  const idle = pool.instances.filter((instance) => isUnused(instance) && now - instance.since >= limits.idleMs);
  const reclaimed = new Set(idle.sort((a, b) => a.since - b.since).slice(0, surplus));
  return pool.instances.flatMap((instance): ScalingAction[] => {
    const end = (how: 'stop' | 'drain', why: StopReason): ScalingAction[] => [{ do: how, pool: pool.key, instance: instance.id, why }];
    switch (instance.state) {
      case 'starting':
        return pool.retired && pool.waiting === 0 ? end('stop', 'retired') : [];
      case 'ready':
      case 'idle':
      case 'frozen':
        if (pool.retired) return end('stop', 'retired');
        return reclaimed.has(instance) ? end('stop', 'idle') : [];
      case 'busy':
        return pool.retired && pool.waiting === 0 ? end('drain', 'retired') : [];
      case 'draining':
        return now - instance.since >= limits.drainMs ? end('stop', 'retired') : [];
      default:
        return instance.state satisfies never;
    }
  });
}

function freezeInstances(pool: PoolMeasurement, ending: ReadonlySet<string>, limits: ScalingLimits, now: number): ScalingAction[] {
  const rests = ({ state, since, id }: InstanceMeasurement): boolean =>
    (state === 'idle' || state === 'ready') && now - since >= limits.freezeMs && !ending.has(id);
  return pool.instances.filter(rests).map(({ id }) => ({ do: 'freeze', pool: pool.key, instance: id }));
}
