import { setImmediate as turn } from 'node:timers/promises';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { StartFailure, type Instance, type InstanceExit } from '../instance/index.js';
import { exampleSpec } from '../testing/example-spec.js';
import { FunctionPools, type Slot } from './index.js';

/** Instances of this test: they open when told, and end when told. */
class Launches {
  readonly pending: { spec: FunctionSpec; id: string; open: () => Promise<void>; fail: (error: unknown) => Promise<void> }[] = [];
  readonly running = new Map<string, (exit: InstanceExit) => void>();
  /** Ids of those that are frozen now. */
  readonly frozen: string[] = [];
  freezable = true;

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
    const freeze = async (): Promise<boolean> => {
      if (this.freezable) this.frozen.push(id);
      return this.freezable;
    };
    const thaw = (): void => void this.frozen.splice(this.frozen.indexOf(id), 1);
    const dial = (): Promise<never> => Promise.reject(new Error('not dialled here'));
    return { id, pid: 1, exited, dial, memoryUsedMb: async () => 1, memoryPeakMb: 1, cpuUsedMs: () => 0, freeze, thaw, endLines: () => undefined, stop };
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
        limits: { queueLength: 10, maxWaiting: 20, queueWaitMs: 60_000, stopGraceMs: 0 },
        observer: { output: () => undefined },
        clock: () => now,
        newInstanceId: () => `i${(ids += 1)}`,
      },
      { maxInstances: 10, maxMemoryMb: 10_000, maxStarting: 10, freezeMs: 5_000, idleMs: 60_000, drainMs: 60_000 },
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

  it('lets those wait on whose instance was killed while it started, until that was so three times in a row', async () => {
    const killed = new StartFailure({ reason: 'PROCESS_EXITED', end: { kind: 'SIGNALED', signal: 'SIGKILL' } });
    const waiting = pools.acquire(exampleSpec(), 'r1') as Promise<Slot>;
    await settled();
    await launches.pending.shift()?.fail(killed);
    await launches.pending.shift()?.open();
    expect((await waiting).queueMs).toBeGreaterThanOrEqual(0);
    const other = pools.acquire(exampleSpec({ func_id: 'f2' }), 'r2') as Promise<Slot>;
    const refused = expect(other).rejects.toMatchObject({ outcome: { kind: 'CRASH_LOOP', failures: 3 } });
    await settled();
    for (let start = 0; start < 3; start += 1) await launches.pending.shift()?.fail(killed);
    await refused;
    expect(launches.pending).toEqual([]);
  });

  it('answers from the last failure for a second after three in a row, and then tries again', async () => {
    const spec = exampleSpec();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refused = expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'START_FAILED' } });
      await settled();
      await launches.pending.shift()?.fail(crash);
      await refused;
    }
    await expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'CRASH_LOOP', failures: 3, last: { kind: 'START_FAILED' } } });
    expect(launches.pending).toEqual([]);
    now += 1_000;
    expect(await warm(spec)).toMatchObject({ coldStart: true });
  });

  it('tries one start when the pause is over, doubles the pause when that fails, and is well again after one request', async () => {
    const spec = exampleSpec();
    const fails = async (): Promise<void> => {
      const refused = expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'START_FAILED' } });
      await settled();
      expect(launches.pending).toHaveLength(1);
      await launches.pending.shift()?.fail(crash);
      await refused;
    };
    for (let attempt = 0; attempt < 3; attempt += 1) await fails();
    now += 1_000;
    await fails();
    now += 1_999;
    await expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'CRASH_LOOP', failures: 4, retryAfterMs: 1 } });
    now += 1;
    const waiting = [1, 2].map(() => pools.acquire(spec, 'r') as Promise<Slot>);
    await settled();
    expect(launches.pending).toHaveLength(1);
    await launches.pending.shift()?.open();
    (await waiting[0])?.release('sound');
    (await waiting[1])?.release('sound');
    launches.running.get([...pools.instances()][0]?.id ?? '')?.({ kind: 'EXITED', exitCode: 1 });
    await settled();
    expect(await warm(spec)).toMatchObject({ coldStart: true });
  });

  it('does not start again and again what crashes while it serves, and lets those that run serve on', async () => {
    const spec = exampleSpec();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const slot = await warm(spec);
      launches.running.get(slot.instance.id)?.({ kind: 'EXITED', exitCode: 1 });
      await settled();
      slot.release('sound');
    }
    await expect(pools.acquire(spec, 'r')).rejects.toMatchObject({ outcome: { kind: 'CRASH_LOOP', last: { kind: 'PROCESS_ENDED' } } });
    const sound = exampleSpec({ func_id: 'f2' });
    const [one, two] = [await warm(sound), await warm(sound)];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const slot = await warm(sound);
      launches.running.get(slot.instance.id)?.({ kind: 'SIGNALED', signal: 'SIGSEGV' });
      await settled();
      slot.release('sound');
    }
    const waiting = pools.acquire(sound, 'r') as Promise<Slot>;
    one.release('sound');
    (await waiting).release('sound');
    two.release('sound');
  });

  describe('freeze', () => {
    const rest = async (): Promise<void> => {
      now += 5_000;
      (await warm(exampleSpec({ func_id: `other${now}` }))).release('sound');
      await settled();
    };

    it('an instance nobody uses, wake it for the next request before it is sent, and take another first', async () => {
      const spec = exampleSpec();
      const [one, two] = [await warm(spec), await warm(spec)];
      one.release('sound');
      await rest();
      expect([one.instance.state.name, launches.frozen]).toEqual(['frozen', [one.instance.id]]);
      two.release('sound');
      const warmOne = pools.acquire(spec, 'r') as Slot;
      expect(warmOne).toMatchObject({ woken: false, instance: two.instance });
      const woken = pools.acquire(spec, 'r') as Slot;
      expect(woken).toMatchObject({ woken: true, coldStart: false, instance: one.instance });
      expect(launches.frozen).toEqual([]);
      warmOne.release('sound');
      woken.release('sound');
    });

    it('and end it when it was unused for the idle time, counted from its last use', async () => {
      const spec = exampleSpec();
      const slot = await warm(spec);
      slot.release('sound');
      await rest();
      now += 54_999;
      await rest();
      expect(slot.instance.state.name).toBe('gone');
    });

    it('and let one run on that cannot be frozen', async () => {
      launches.freezable = false;
      const slot = await warm(exampleSpec());
      slot.release('sound');
      await rest();
      expect(slot.instance.state.name).toBe('idle');
      await rest();
      expect(slot.instance.state.name).toBe('idle');
    });
  });

  describe('refuse early', () => {
    it('a request that would wait longer than it may behind others, as long as requests of its function run', async () => {
      const spec = exampleSpec({ max_instances: 1 });
      const first = await warm(spec);
      now += 20_000;
      first.release('sound');
      const busy = pools.acquire(spec, 'r') as Slot;
      const waiting = [1, 2].map(() => pools.acquire(spec, 'r') as Promise<Slot>);
      for (const each of waiting) each.catch(() => undefined);
      await expect(pools.acquire(spec, 'r', 20_000)).rejects.toMatchObject({ outcome: { kind: 'WAIT_TOO_LONG', expectedMs: 40_000, waitMs: 30_000, maxInstances: 1 } });
      const allowed = pools.acquire(spec, 'r', 31_000) as Promise<Slot>;
    allowed.catch(() => undefined);
      busy.release('sound');
      (await waiting[0])?.release('sound');
    });

    it('the newest request of a tenant that floods, and never one of a tenant that does not', async () => {
      const flood = Array.from({ length: 20 }, (_, nth) => pools.acquire(exampleSpec({ func_id: `flood${nth % 2}` }), 'r') as Promise<Slot>);
      const outcomes = flood.map((each) => each.then(() => 'served', (error: { outcome: { kind: string; scope: string } }) => `${error.outcome.kind} ${error.outcome.scope}`));
      const quiet = exampleSpec({ func_id: 'quiet', domain_id: 'd2' });
      const waiting = pools.acquire(quiet, 'r') as Promise<Slot>;
      await settled();
      expect(await outcomes[19]).toBe('QUEUE_FULL worker');
      const launch = launches.pending.find(({ spec }) => spec.func_id === 'quiet');
      await launch?.open();
      (await waiting).release('sound');
    });
  });

  describe('keep reserved instances', () => {
    it('running before anybody calls, and start another when one is gone', async () => {
      const spec = exampleSpec({ reserved_instances: 2 });
      pools.keepReserved(spec);
      await settled();
      expect(launches.pending).toHaveLength(2);
      for (const launch of launches.pending.splice(0)) await launch.open();
      const slot = pools.acquire(spec, 'r') as Slot;
      expect(slot).toMatchObject({ coldStart: false, queueMs: 0 });
      slot.release('sound');
      launches.running.get(slot.instance.id)?.({ kind: 'EXITED', exitCode: 0 });
      await settled();
      expect(launches.pending).toHaveLength(1);
    });

    it('of the newest revision only', async () => {
      pools.keepReserved(exampleSpec({ reserved_instances: 1 }));
      await settled();
      const old = launches.pending.shift();
      await old?.open();
      pools.keepReserved(exampleSpec({ reserved_instances: 1, revision: 2 }));
      await settled();
      expect(launches.pending.map(({ spec }) => spec.revision)).toEqual([2]);
      expect([...pools.instances()].map(({ spec, state }) => `${spec.revision} ${state.name}`)).toEqual(['2 starting']);
    });
  });

  it('say how long a request waited for others, and how long for a start', async () => {
    const spec = exampleSpec({ max_instances: 1 });
    const waiting = pools.acquire(spec, 'r') as Promise<Slot>;
    now += 10;
    await settled();
    now += 30;
    await launches.pending.shift()?.open();
    const cold = await waiting;
    expect(cold).toMatchObject({ coldStart: true, queueMs: 10, coldStartMs: 30 });
    const next = pools.acquire(spec, 'r') as Promise<Slot>;
    now += 5;
    cold.release('sound');
    const queued = await next;
    expect(queued).toMatchObject({ coldStart: false, queueMs: 5, coldStartMs: 0 });
    queued.release('sound');
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
