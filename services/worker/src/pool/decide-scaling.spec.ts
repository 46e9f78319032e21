import { decideScaling } from './decide-scaling.js';
import type { InstanceMeasurement, PoolMeasurement, ScalingLimits } from './scaling-measurements.js';

const LIMITS: ScalingLimits = { maxInstances: 10, maxMemoryMb: 10_000, maxStarting: 10, freezeMs: 5_000, idleMs: 60_000, drainMs: 900_000 };
const NOW = 1_000_000;

function pool(changes: Partial<PoolMeasurement> = {}): PoolMeasurement {
  return { key: 'a', tenant: 't', retired: false, concurrency: 1, maxInstances: -1, reserved: 0, memoryMb: 128, waiting: 0, circuit: 'closed', instances: [], ...changes };
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

  it('starts nothing while the circuit is open, and one at a time while it is half-open', () => {
    expect(decideScaling([pool({ waiting: 3, reserved: 2, circuit: 'open' })], LIMITS, NOW)).toEqual([]);
    expect(decideScaling([pool({ waiting: 3, circuit: 'half-open' })], LIMITS, NOW)).toEqual([{ do: 'start', pool: 'a' }]);
    expect(decideScaling([pool({ waiting: 3, circuit: 'half-open', instances: [instance('s', 'starting')] })], LIMITS, NOW)).toEqual([]);
  });

  it('freezes what was unused for a moment, and nothing that it ends or that works', () => {
    const instances = [instance('young', 'idle', 4_999), instance('rests', 'idle', 5_000), instance('fresh', 'ready', 5_000), instance('old', 'idle', 60_000), instance('busy', 'busy', 90_000)];
    expect(decideScaling([pool({ instances })], LIMITS, NOW)).toEqual([
      { do: 'stop', pool: 'a', instance: 'old', why: 'idle' },
      { do: 'freeze', pool: 'a', instance: 'rests' },
      { do: 'freeze', pool: 'a', instance: 'fresh' },
    ]);
  });

  it('stops what was unused for the idle time, and nothing sooner', () => {
    const instances = [instance('old', 'idle', 60_000), instance('young', 'idle', 59_999), instance('fresh', 'frozen', 60_000)];
    expect(decideScaling([pool({ instances })], { ...LIMITS, freezeMs: Infinity }, NOW)).toEqual([
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

  describe('of reserved instances', () => {
    it('starts them ahead, and again when one is gone or goes', () => {
      expect(decideScaling([pool({ reserved: 2 })], LIMITS, NOW)).toHaveLength(2);
      const instances = [instance('i', 'frozen'), instance('d', 'draining')];
      expect(decideScaling([pool({ reserved: 2, instances })], LIMITS, NOW)).toEqual([{ do: 'start', pool: 'a' }]);
      expect(decideScaling([pool({ reserved: 5, maxInstances: 3, instances })], LIMITS, NOW)).toHaveLength(1);
    });

    it('keeps as many as are reserved, however long nobody calls, and gives up the rest', () => {
      const instances = ['1', '2', '3'].map((id, index) => instance(id, 'frozen', 90_000 - index));
      expect(decideScaling([pool({ reserved: 2, instances })], LIMITS, NOW)).toEqual([{ do: 'stop', pool: 'a', instance: '1', why: 'idle' }]);
    });

    it('gives them to nobody else, not even on a full worker', () => {
      const pools = [pool({ reserved: 2, instances: [instance('1', 'frozen', 9), instance('2', 'busy')] }), pool({ key: 'b', tenant: 'u', waiting: 1 })];
      expect(decideScaling(pools, { ...LIMITS, maxInstances: 2 }, NOW)).toEqual([]);
    });

    it('serves who waits before it starts them', () => {
      const pools = [pool({ reserved: 3 }), pool({ key: 'b', waiting: 1, instances: [instance('1', 'busy')] })];
      expect(decideScaling(pools, { ...LIMITS, maxInstances: 2 }, NOW)[0]).toEqual({ do: 'start', pool: 'b' });
    });

    it('ends those of an outdated revision', () => {
      expect(decideScaling([pool({ retired: true, reserved: 1, instances: [instance('1', 'frozen')] })], LIMITS, NOW)).toMatchObject([{ do: 'stop', why: 'retired' }]);
    });
  });

  describe('among tenants', () => {
    const full = { ...LIMITS, maxInstances: 4, freezeMs: Infinity };
    const busy = (...ids: string[]): InstanceMeasurement[] => ids.map((id) => instance(id, 'busy'));

    it('gives room to the one that has the smallest part first, however many functions the other has', () => {
      const pools = [pool({ waiting: 1 }), pool({ key: 'b', waiting: 1 }), pool({ key: 'c', waiting: 1, instances: busy('1') }), pool({ key: 'd', tenant: 'u', waiting: 2 })];
      const starts = decideScaling(pools, full, NOW).map((action) => action.pool);
      expect(starts).toEqual(['d', 'a', 'd']);
    });

    it('measures parts by memory where that is the larger part', () => {
      const limits = { ...full, maxMemoryMb: 1_000 };
      const pools = [pool({ memoryMb: 600, waiting: 1, instances: busy('1') }), pool({ key: 'b', tenant: 'u', waiting: 1, instances: busy('2', '3') })];
      expect(decideScaling(pools, limits, NOW)).toEqual([{ do: 'start', pool: 'b' }]);
    });

    it('lets a tenant take the unused instances of one that has more, and of no other', () => {
      const warm = pool({ key: 'warm', tenant: 'u', instances: [instance('w', 'idle', 9)] });
      const flood = pool({ waiting: 9, instances: busy('1', '2', '3') });
      expect(decideScaling([flood, warm], full, NOW)).toEqual([]);
      const rich = pool({ key: 'rich', tenant: 'u', instances: ['1', '2', '3', '4'].map((id, index) => instance(id, 'idle', 9 - index)) });
      expect(decideScaling([pool({ waiting: 1 }), rich], full, NOW)).toEqual([{ do: 'stop', pool: 'rich', instance: '1', why: 'evicted' }]);
    });

    it('takes busy instances from the one that has most until both have the same', () => {
      const flood = pool({ waiting: 9, instances: busy('1', '2', '3') });
      const late = pool({ key: 'b', tenant: 'u', waiting: 5, instances: busy('4') });
      expect(decideScaling([flood, late], full, NOW)).toEqual([{ do: 'drain', pool: 'a', instance: '1', why: 'evicted' }]);
      const even = [pool({ waiting: 9, instances: busy('1', '2') }), pool({ key: 'b', tenant: 'u', waiting: 5, instances: busy('3', '4') })];
      expect(decideScaling(even, full, NOW)).toEqual([]);
    });

    it('lets each start one, also while the slow starts of another take all there may be at once', () => {
      const slow = pool({ waiting: 9, instances: [instance('1', 'starting'), instance('2', 'starting')] });
      const limits = { ...LIMITS, maxStarting: 2 };
      expect(decideScaling([slow, pool({ key: 'b', tenant: 'u', waiting: 3 })], limits, NOW)).toEqual([{ do: 'start', pool: 'b' }]);
    });
  });

  describe('on a full worker', () => {
    const full = { ...LIMITS, maxInstances: 2, freezeMs: Infinity };

    it('gives up the instance that is unused the longest', () => {
      const pools = [pool({ instances: [instance('new', 'idle', 1), instance('old', 'idle', 2)] }), pool({ key: 'b', waiting: 1 })];
      expect(decideScaling(pools, full, NOW)).toEqual([{ do: 'stop', pool: 'a', instance: 'old', why: 'evicted' }]);
    });

    it('makes the same room only once', () => {
      const instances = [instance('out', 'draining', 1), instance('idle', 'idle', 1)];
      expect(decideScaling([pool({ instances }), pool({ key: 'b', waiting: 1 })], full, NOW)).toEqual([]);
    });

    it('evicts as much as the memory of the newcomer needs', () => {
      const limits = { ...LIMITS, maxMemoryMb: 512, freezeMs: Infinity };
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
