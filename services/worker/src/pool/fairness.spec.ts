import fc from 'fast-check';
import { decideScaling } from './decide-scaling.js';
import type { InstanceMeasurement, PoolMeasurement, ScalingLimits } from './scaling-measurements.js';

const LIMITS: ScalingLimits = { maxInstances: 8, maxMemoryMb: 2_048, maxStarting: 2, freezeMs: 5, idleMs: 20, drainMs: 1_000_000 };

interface Running {
  readonly id: string;
  state: InstanceMeasurement['state'];
  since: number;
  /** When it has started, or has served its request. */
  until: number;
}

interface Pool {
  readonly key: string;
  readonly tenant: string;
  readonly memoryMb: number;
  readonly startMs: number;
  readonly runMs: number;
  readonly instances: Running[];
  /** When each waiting request came. */
  readonly waiting: number[];
}

/** A worker of nothing but time: what is decided comes true, and requests take as long as their function takes. */
class SimulatedWorker {
  now = 0;
  readonly waits: { tenant: string; ms: number }[] = [];
  private ids = 0;

  constructor(readonly pools: Pool[]) {}

  tick(): void {
    this.now += 1;
    for (const pool of this.pools) for (const instance of [...pool.instances]) this.proceed(pool, instance);
    for (const action of decideScaling(this.pools.map(measure), LIMITS, this.now)) {
      const pool = this.pools.find(({ key }) => key === action.pool) as Pool;
      if (action.do === 'start') {
        pool.instances.push({ id: `i${(this.ids += 1)}`, state: 'starting', since: this.now, until: this.now + pool.startMs });
        continue;
      }
      const instance = pool.instances.find(({ id }) => id === action.instance) as Running;
      if (action.do === 'freeze') instance.state = 'frozen';
      else if (action.do === 'stop') pool.instances.splice(pool.instances.indexOf(instance), 1);
      else Object.assign(instance, { state: 'draining', since: this.now });
    }
    const all = this.pools.flatMap(({ instances, memoryMb }) => instances.map(() => memoryMb));
    expect(all.length).toBeLessThanOrEqual(LIMITS.maxInstances);
    expect(all.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(LIMITS.maxMemoryMb);
  }

  private proceed(pool: Pool, instance: Running): void {
    const isDone = this.now >= instance.until;
    if (instance.state === 'draining' && isDone) pool.instances.splice(pool.instances.indexOf(instance), 1);
    if ((instance.state === 'starting' || instance.state === 'busy') && isDone) Object.assign(instance, { state: 'idle', since: this.now });
    if (!['idle', 'ready', 'frozen'].includes(instance.state)) return;
    const came = pool.waiting.shift();
    if (came === undefined) return;
    this.waits.push({ tenant: pool.tenant, ms: this.now - came });
    Object.assign(instance, { state: 'busy', since: this.now, until: this.now + pool.runMs });
  }
}

function measure({ key, tenant, memoryMb, instances, waiting }: Pool): PoolMeasurement {
  return { key, tenant, memoryMb, instances, retired: false, concurrency: 1, maxInstances: -1, reserved: 0, waiting: waiting.length, circuit: 'closed' };
}

const functions = (tenant: string, maxFunctions: number, maxRunMs: number): fc.Arbitrary<Pool[]> =>
  fc.array(fc.record({ memoryMb: fc.constantFrom(128, 256), startMs: fc.integer({ min: 1, max: 20 }), runMs: fc.integer({ min: 1, max: maxRunMs }) }), { minLength: 1, maxLength: maxFunctions }).map((all) =>
    all.map((each, index) => ({ ...each, key: `${tenant}${index}`, tenant, instances: [], waiting: [] })),
  );

describe('a tenant that floods', () => {
  it('delays no request of another for longer than one of its own takes to end, and one start', () => {
    const quietTimes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(functions('flood', 12, 60), functions('quiet', 1, 5), quietTimes, (flood, [quiet], times) => {
        if (quiet === undefined) return;
        const worker = new SimulatedWorker([...flood, quiet]);
        const longestRun = Math.max(...flood.map(({ runMs }) => runMs));
        const longestStart = Math.max(...flood.map(({ startMs }) => startMs));
        const sent = new Set(times);
        for (let tick = 0; tick < 700; tick += 1) {
          for (const pool of flood) while (pool.waiting.length < 20) pool.waiting.push(worker.now);
          if (sent.has(tick)) quiet.waiting.push(worker.now);
          worker.tick();
        }
        const waits = worker.waits.filter(({ tenant }) => tenant === 'quiet');
        expect(waits).toHaveLength(sent.size);
        // Two of the flood's smaller instances may have to go for one of this one's, at the same time; a start may be under way in one.
        const bound = longestStart + longestRun + quiet.startMs + quiet.runMs * sent.size + 5;
        for (const { ms } of waits) expect(ms).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 50 },
    );
  });

  it('gets no more than another that floods too, whatever its functions are like', () => {
    fc.assert(
      fc.property(functions('one', 8, 20), functions('two', 2, 20), (one, two) => {
        const worker = new SimulatedWorker([...one, ...two]);
        const held = { one: 0, two: 0 };
        for (let tick = 0; tick < 600; tick += 1) {
          for (const pool of worker.pools) while (pool.waiting.length < 20) pool.waiting.push(worker.now);
          worker.tick();
          if (tick < 200) continue;
          for (const { tenant, memoryMb, instances } of worker.pools) {
            const live = instances.filter(({ state }) => state !== 'draining').length;
            held[tenant as 'one' | 'two'] += Math.max(live / LIMITS.maxInstances, (live * memoryMb) / LIMITS.maxMemoryMb);
          }
        }
        expect(Math.abs(held.one - held.two) / 400).toBeLessThanOrEqual(0.2);
      }),
      { numRuns: 30 },
    );
  });
});
