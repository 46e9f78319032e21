import { decideScaling, type InstanceMeasurement, type PoolMeasurement, type ScalingLimits } from './decide-scaling.js';

const LIMITS: ScalingLimits = { maxInstances: 10, maxMemoryMb: 10_000, maxStarting: 10, idleMs: 60_000, drainMs: 900_000 };
const NOW = 1_000_000;

function pool(changes: Partial<PoolMeasurement> = {}): PoolMeasurement {
  return { key: 'a', retired: false, concurrency: 1, maxInstances: -1, memoryMb: 128, waiting: 0, mayStartAt: 0, instances: [], ...changes };
}

function instance(id: string, state: InstanceMeasurement['state'], age = 0): InstanceMeasurement {
  return { id, state, since: NOW - age };
}

describe('scaling', () => {
  it('starts one instance for each waiting request that no starting one will serve', () => {
    const actions = decideScaling([pool({ waiting: 3, instances: [instance('s', 'starting')] })], LIMITS, NOW);
    expect(actions).toEqual([{ do: 'start', pool: 'a' }, { do: 'start', pool: 'a' }]);
  });

  it('counts the slots of an instance, not the instances', () => {
    expect(decideScaling([pool({ waiting: 11, concurrency: 5 })], LIMITS, NOW)).toHaveLength(3);
  });

  it('keeps to the function\'s own maximum, counting those on their way out', () => {
    const instances = [instance('b', 'busy'), instance('d', 'draining')];
    expect(decideScaling([pool({ waiting: 5, maxInstances: 3, instances })], LIMITS, NOW)).toEqual([{ do: 'start', pool: 'a' }]);
    expect(decideScaling([pool({ waiting: 5, maxInstances: 2, instances })], LIMITS, NOW)).toEqual([]);
  });

  it('starts no more at once than the worker can bring up', () => {
    expect(decideScaling([pool({ waiting: 9 })], { ...LIMITS, maxStarting: 2 }, NOW)).toHaveLength(2);
  });

  it('waits out the back-off of a function that cannot start', () => {
    expect(decideScaling([pool({ waiting: 1, mayStartAt: NOW + 1 })], LIMITS, NOW)).toEqual([]);
    expect(decideScaling([pool({ waiting: 1, mayStartAt: NOW })], LIMITS, NOW)).toHaveLength(1);
  });

  it('stops what was unused for the idle time, and nothing sooner', () => {
    const instances = [instance('old', 'idle', 60_000), instance('young', 'idle', 59_999), instance('fresh', 'ready', 60_000)];
    expect(decideScaling([pool({ instances })], LIMITS, NOW)).toEqual([
      { do: 'stop', pool: 'a', instance: 'old', why: 'idle' },
      { do: 'stop', pool: 'a', instance: 'fresh', why: 'idle' },
    ]);
  });

  it('ends an outdated revision: unused at once, busy after its requests, starting when nobody waits', () => {
    const instances = [instance('i', 'idle'), instance('b', 'busy'), instance('s', 'starting')];
    expect(decideScaling([pool({ retired: true, instances })], LIMITS, NOW)).toEqual([
      { do: 'stop', pool: 'a', instance: 'i', why: 'retired' },
      { do: 'drain', pool: 'a', instance: 'b', why: 'retired' },
      { do: 'stop', pool: 'a', instance: 's', why: 'retired' },
    ]);
  });

  it('lets an outdated revision serve the requests that already wait for it', () => {
    expect(decideScaling([pool({ retired: true, waiting: 1, instances: [instance('s', 'starting')] })], LIMITS, NOW)).toEqual([]);
    expect(decideScaling([pool({ retired: true, waiting: 1 })], LIMITS, NOW)).toEqual([{ do: 'start', pool: 'a' }]);
  });

  it('does not let a draining instance drain for ever', () => {
    const instances = [instance('d', 'draining', 900_000), instance('e', 'draining', 899_999)];
    expect(decideScaling([pool({ instances })], LIMITS, NOW)).toEqual([{ do: 'stop', pool: 'a', instance: 'd', why: 'retired' }]);
  });

  describe('on a full worker', () => {
    const full = { ...LIMITS, maxInstances: 2 };

    it('gives up the instance that is unused the longest', () => {
      const pools = [pool({ instances: [instance('new', 'idle', 1), instance('old', 'idle', 2)] }), pool({ key: 'b', waiting: 1 })];
      expect(decideScaling(pools, full, NOW)).toEqual([{ do: 'stop', pool: 'a', instance: 'old', why: 'evicted' }]);
    });

    it('makes the same room only once', () => {
      const instances = [instance('out', 'draining', 1), instance('idle', 'idle', 1)];
      expect(decideScaling([pool({ instances }), pool({ key: 'b', waiting: 1 })], full, NOW)).toEqual([]);
    });

    it('evicts as much as the memory of the newcomer needs', () => {
      const limits = { ...LIMITS, maxMemoryMb: 512 };
      const instances = ['1', '2', '3', '4'].map((id, index) => instance(id, 'idle', 10 - index));
      const actions = decideScaling([pool({ instances }), pool({ key: 'b', waiting: 1, memoryMb: 256 })], limits, NOW);
      expect(actions).toEqual([
        { do: 'stop', pool: 'a', instance: '1', why: 'evicted' },
        { do: 'stop', pool: 'a', instance: '2', why: 'evicted' },
      ]);
    });

    it('takes a busy instance from the largest function for one that has none', () => {
      const pools = [pool({ waiting: 50, instances: [instance('1', 'busy'), instance('2', 'busy')] }), pool({ key: 'b', waiting: 1 })];
      expect(decideScaling(pools, full, NOW)).toEqual([{ do: 'drain', pool: 'a', instance: '1', why: 'evicted' }]);
    });

    it('leaves a function its only instance', () => {
      const pools = [pool({ instances: [instance('1', 'busy')] }), pool({ key: 'b', instances: [instance('2', 'busy')] }), pool({ key: 'c', waiting: 1 })];
      expect(decideScaling(pools, full, NOW)).toEqual([]);
    });

    it('gives free room first to the function that has the least', () => {
      const pools = [pool({ waiting: 5, instances: [instance('1', 'busy')] }), pool({ key: 'b', waiting: 5 })];
      expect(decideScaling(pools, full, NOW)[0]).toEqual({ do: 'start', pool: 'b' });
    });
  });
});
