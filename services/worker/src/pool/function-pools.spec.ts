import { setImmediate as turn } from 'node:timers/promises';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { StartFailure, type Instance, type InstanceExit } from '../instance/index.js';
import { exampleSpec } from '../testing/example-spec.js';
import { FunctionPools, type Slot } from './index.js';

/** Instances of this test: they open when told, and end when told. */
class Launches {
  readonly pending: { spec: FunctionSpec; id: string; open: () => Promise<void>; fail: (error: unknown) => Promise<void> }[] = [];
  readonly running = new Map<string, (exit: InstanceExit) => void>();

  readonly launch = (spec: FunctionSpec, id: string): Promise<Instance> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void) => async () => {
        act();
        for (let index = 0; index < 5; index += 1) await turn();
      };
      this.pending.push({
        spec,
        id,
        open: settle(() => resolve(this.instance(id))),
        fail: (error) => settle(() => reject(error))(),
      });
    });

  private instance(id: string): Instance {
    const exited = new Promise<InstanceExit>((resolve) => this.running.set(id, resolve));
    const stop = async (): Promise<void> => {
      this.running.get(id)?.({ kind: 'STOPPED' });
      this.running.delete(id);
    };
    return { id, pid: 1, exited, dial: () => Promise.reject(new Error('not dialled here')), memoryUsedMb: async () => 1, memoryPeakMb: 1, cpuUsedMs: () => 0, freeze: async () => true, thaw: () => undefined, stop };
  }
}

describe('the pools', () => {
  let now: number;
  let launches: Launches;
  let pools: FunctionPools;
  const settled = async (): Promise<void> => {
    for (let index = 0; index < 5; index += 1) await turn();
  };
  const crash = new StartFailure({ reason: 'PROCESS_EXITED', end: { kind: 'EXITED', exitCode: 1 } });

  beforeEach(() => {
    now = 0;
    launches = new Launches();
    let ids = 0;
    pools = new FunctionPools(
      {
        launch: launches.launch,
        limits: { queueLength: 10, queueWaitMs: 60_000, stopGraceMs: 0 },
        observer: { output: () => undefined },
        clock: () => now,
        newInstanceId: () => `i${(ids += 1)}`,
      },
      { maxInstances: 10, maxMemoryMb: 10_000, maxStarting: 10, idleMs: 60_000, drainMs: 60_000 },
    );
  });
  afterEach(() => pools.close());

  const warm = async (spec: FunctionSpec): Promise<Slot> => {
    const waiting = pools.acquire(spec, 'warm-up');
    await settled();
    await launches.pending.shift()?.open();
    return waiting;
  };

  it('gives a warm request its slot without a turn of the event loop', async () => {
    const spec = exampleSpec();
    (await warm(spec)).release('sound');
    const slot = pools.acquire(spec, 'r');
    expect(slot).not.toBeInstanceOf(Promise);
  });

  it('never gives an instance to another tenant\'s function, another version or another revision', async () => {
    (await warm(exampleSpec())).release('sound');
    for (const spec of [exampleSpec({ func_id: 'f2' }), exampleSpec({ version: 'v1' }), exampleSpec({ revision: 2 })]) {
      const waiting = pools.acquire(spec, 'r');
      expect(waiting).toBeInstanceOf(Promise);
      void (waiting as Promise<Slot>).catch(() => undefined);
      await settled();
      expect(launches.pending.at(-1)?.spec).toEqual(spec);
    }
  });

  it('ends what an account has when it is suspended: who waits is refused, who is served may end, others are not touched', async () => {
    const [ours, others] = [exampleSpec({ max_instances: 1 }), exampleSpec({ func_id: 'f2', domain_id: 'd2' })];
    const served = await warm(ours);
    const waiting = pools.acquire(ours, 'r2') as Promise<Slot>;
    const refused = expect(waiting).rejects.toMatchObject({ outcome: { kind: 'ACCOUNT_NOT_ACTIVE', status: 'suspended' } });
    const other = await warm(others);
    pools.retireAccount('d1', { kind: 'ACCOUNT_NOT_ACTIVE', status: 'suspended' });
    await refused;
    await settled();
    expect([served.instance.state.name, other.instance.state.name]).toEqual(['draining', 'busy']);
    served.release('sound');
    await settled();
    expect(served.instance.state.name).toBe('gone');
    other.release('sound');
  });

  it('serves an account that is resumed while its last request still runs, and forgets no instance', async () => {
    const spec = exampleSpec({ max_instances: 2 });
    const last = await warm(spec);
    pools.retireAccount('d1', { kind: 'ACCOUNT_NOT_ACTIVE', status: 'suspended' });
    await settled();
    const next = await warm(spec);
    expect(next.instance).not.toBe(last.instance);
    expect([...pools.instances()]).toHaveLength(2);
    last.release('sound');
    next.release('sound');
    await settled();
    expect([...pools.instances()].map(({ state }) => state.name)).toEqual(['idle']);
  });

  it('counts requests, not their ids: two of the same id take two slots', async () => {
    const spec = exampleSpec({ instance_concurrency: 2, max_instances: 1 });
    const first = await warm(spec);
    const second = (await pools.acquire(spec, 'warm-up')) as Slot;
    first.release('sound');
    expect(second.instance.state.name).toBe('busy');
    second.release('sound');
    expect(second.instance.state.name).toBe('idle');
  });

  it('destroys a doubtful instance that served alone, and lets one with company finish', async () => {
    const alone = await warm(exampleSpec());
    alone.release('doubtful');
    await settled();
    expect([...pools.instances()]).toEqual([]);
    const spec = exampleSpec({ func_id: 'f2', instance_concurrency: 2 });
    const [doubtful, company] = [await warm(spec), (await pools.acquire(spec, 'r2')) as Slot];
    doubtful.release('doubtful');
    await settled();
    expect(company.instance.state.name).toBe('draining');
    company.release('sound');
    await settled();
    expect(company.instance.state.name).toBe('gone');
  });

  it('answers the waiting requests when the start fails, and starts anew for the next one', async () => {
    const spec = exampleSpec({ instance_concurrency: 5 });
    const waiting = [1, 2, 3].map((id) => (pools.acquire(spec, `r${id}`) as Promise<Slot>).catch((error: { outcome: object }) => error.outcome));
    await settled();
    expect(launches.pending).toHaveLength(1);
    await launches.pending.shift()?.fail(crash);
    expect(await Promise.all(waiting)).toEqual([1, 2, 3].map(() => ({ kind: 'START_FAILED', failure: crash })));
    expect(await warm(spec)).toMatchObject({ coldStart: true });
  });

  it('answers from the last failure for a second after three in a row, and then tries again', async () => {
    const spec = exampleSpec();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refused = expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'START_FAILED' } });
      await settled();
      await launches.pending.shift()?.fail(crash);
      await refused;
    }
    await expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'START_FAILED' } });
    expect(launches.pending).toEqual([]);
    now += 1_000;
    expect(await warm(spec)).toMatchObject({ coldStart: true });
  });

  it('drops an instance that ended by itself, and starts another for the next request', async () => {
    const spec = exampleSpec();
    const slot = await warm(spec);
    slot.release('sound');
    launches.running.get(slot.instance.id)?.({ kind: 'EXITED', exitCode: 0 });
    await settled();
    expect([...pools.instances()]).toEqual([]);
    expect((await warm(spec)).instance.id).not.toBe(slot.instance.id);
  });

  it('refuses everybody when it closes, also those who wait', async () => {
    const waiting = expect(pools.acquire(exampleSpec(), 'r')).rejects.toMatchObject({ outcome: { kind: 'WORKER_STOPPING' } });
    await pools.close();
    await waiting;
    await expect(pools.acquire(exampleSpec(), 'r')).rejects.toMatchObject({ outcome: { kind: 'WORKER_STOPPING' } });
  });
});
