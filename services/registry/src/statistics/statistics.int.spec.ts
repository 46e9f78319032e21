import { randomUUID } from 'node:crypto';
import { Fault, InvocationBatch } from '@windlass/contracts/worker/v1/invocation_facts';
import type { FunctionStatistics } from '@windlass/contracts/registry/v1/statistics_service';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database/database.js';
import { eventually, RegistryFixture, type Tenant } from '../testing/registry-fixture.js';
import { INVOCATIONS_TOPIC } from './invocation-following.js';
import { InvocationTallies, MINUTES_KEPT_MS } from './invocation-tallies.js';
import { Statistics } from './read-statistics.js';

type Fact = Partial<InvocationBatch['facts'][number]>;
const HOUR_MS = 3_600_000;

describe('statistics of functions', () => {
  let registry: RegistryFixture;
  let bus: PostgresEventBus;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
    bus = await PostgresEventBus.open({ connectionString: registry.config.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
  });
  afterAll(async () => {
    await bus?.close();
    await registry?.stop();
  });
  beforeEach(() => {
    tenant = registry.tenant();
  });

  /** A batch as a worker tells it. */
  const told = (func_id: string, facts: readonly Fact[], of = tenant): BusMessage => {
    const id = randomUUID();
    const batch = InvocationBatch.fromPartial({ batch_id: id, worker_id: 'w1', domain_id: of.principal.domain_id, project_id: of.project, func_id, facts: facts.map((fact) => ({ version: 'latest', ended_at: Date.now(), ...fact })) });
    return { topic: INVOCATIONS_TOPIC, key: func_id, id, payload: InvocationBatch.encode(batch).finish() };
  };
  const total = (statistics: FunctionStatistics | undefined, of: keyof FunctionStatistics): number => (statistics?.[of] ?? []).reduce((sum, { value }) => sum + Math.max(0, value), 0);
  const ofFunction = (function_urn: string, period = '60', by = tenant) => registry.statistics.listFunctionStatistics({ project_id: by.project, function_urn, period }, by.metadata());
  const ofProject = async (by = tenant) => (await registry.statistics.listStatistics({ project_id: by.project, filter: 'monitor_data', period: '60', option: '', limit: '', marker: '' }, by.metadata())).statistics;
  const first = async (type = '', by = tenant) => (await registry.statistics.listFunctionAsMetric({ project_id: by.project, type, start_time: '', end_time: '', limit: '' }, by.metadata())).values;

  it('are what workers told, each batch counted once however often it comes', async () => {
    const { func_id, func_urn } = await registry.create(tenant);
    const message = told(func_id, [
      { instance_id: 'i1', run_ms: 30, memory_size_mb: 1024 },
      { instance_id: 'i2', run_ms: 10, memory_size_mb: 1024, fault: Fault.FUNCTION, reason: 'TIMED_OUT' },
      { fault: Fault.CALLER, reason: 'ACCOUNT_AT_LIMIT' },
      { fault: Fault.PLATFORM, reason: 'WORKER_FAILED' },
    ]);
    await bus.publish([message, message]);
    await bus.publish([message]);
    await bus.publish([told(func_id, [{ instance_id: 'i2', run_ms: 20, memory_size_mb: 1024 }])]);
    await eventually(async () => expect(total(await ofFunction(func_urn), 'count')).toBe(5));
    const statistics = await ofFunction(func_urn);
    expect([total(statistics, 'fail_count'), total(statistics, 'function_error_count'), total(statistics, 'system_error_count'), total(statistics, 'reject_count')]).toEqual([2, 1, 1, 1]);
    expect(Math.max(...statistics.max_duration.map(({ value }) => value))).toBe(30);
    const month = await registry.statistics.listStatistics({ project_id: tenant.project, filter: 'monthly_report', period: '', option: '3', limit: '', marker: '' }, tenant.metadata());
    expect(month.count.reduce((sum, { value }) => sum + value, 0)).toBe(5);
    expect(month.gbs.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(0.06);
    expect(month.count[0]?.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('have a value for each minute, which is -1 where nothing happened', async () => {
    const { func_urn } = await registry.create(tenant);
    const { count, duration, instance_num } = await ofFunction(func_urn, '5');
    for (const series of [count, duration, instance_num]) expect(series.map(({ value }) => value)).toEqual([-1, -1, -1, -1, -1]);
    const times = count.map(({ timestamp }) => timestamp);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 60_000, 120_000, 180_000, 240_000]);
    expect((times[0] ?? 1) % 60_000).toBe(0);
    expect((await ofFunction(func_urn, '43200')).count).toHaveLength(1440);
    for (const period of ['0', '43201', 'x', '-1']) await expect(ofFunction(func_urn, period)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1001' });
    await expect(ofFunction('nobody')).rejects.toMatchObject({ code: 'FSS.1051' });
  });

  it('are of a published version where one is named, else of all of them', async () => {
    const { func_id, func_urn } = await registry.create(tenant);
    await registry.versions.createFunctionVersion({ project_id: tenant.project, function_urn: func_urn, digest: '', version: 'v1', description: '' }, tenant.metadata());
    await bus.publish([told(func_id, [{}, { version: 'v1' }, { version: 'v1' }])]);
    await eventually(async () => expect(total(await ofFunction('hello'), 'count')).toBe(3));
    expect(total(await ofFunction(func_urn.replace(/latest$/, 'v1')), 'count')).toBe(2);
    expect(total(await ofFunction(func_urn), 'count')).toBe(3);
  });

  it('are of the project’s functions that the caller reaches, and of nobody else’s', async () => {
    const [calm, busy] = [await registry.create(tenant, { func_name: 'calm' }), await registry.create(tenant, { func_name: 'busy' })];
    const failed = { fault: Fault.FUNCTION, reason: 'TIMED_OUT', instance_id: 'i1' };
    await bus.publish([told(calm.func_id, [{ instance_id: 'i9', run_ms: 500 }, failed]), told(busy.func_id, [failed, failed])]);
    await eventually(async () => expect(total(await ofProject(), 'count')).toBe(4));
    expect(await first()).toEqual([{ key: 'default-busy', value: 2 }, { key: 'default-calm', value: 1 }]);
    expect(await first('maxDuration')).toEqual([{ key: 'default-calm', value: 500 }]);
    await expect(first('nonsense')).rejects.toMatchObject({ code: 'FSS.1001' });
    const bounded = registry.tenant(tenant.principal.domain_id, ['e1'], tenant.project);
    expect([total(await ofProject(bounded), 'count'), await first('', bounded)]).toEqual([0, []]);
    await expect(ofFunction(calm.func_urn, '60', bounded)).rejects.toMatchObject({ code: 'FSS.1051' });
    expect(total(await ofProject(registry.tenant()), 'count')).toBe(0);
  });

  it('count instances that had requests, once in each bucket, and are forgotten when their time is over', async () => {
    const dataSource = await openDatabase(registry.config.databaseUrl);
    try {
      let now = Date.UTC(2026, 0, 31, 12, 10, 30);
      const [tallies, statistics] = [new InvocationTallies(dataSource, () => now), new Statistics(dataSource, () => now)];
      const caller = { projectId: tenant.project, principal: tenant.principal } as never;
      const run = (instance_id: string, ended_at: number, run_ms = 10): Fact => ({ instance_id, run_ms, ended_at, memory_size_mb: 128 });
      await tallies.take([told('f-instances', [run('i1', now, 10), run('i1', now, 30), run('i2', now, 20)])]);
      await tallies.take([told('f-instances', [run('i2', now), run('i1', now - 60_000)]), told('f-instances', [run('i3', now - 3 * 60_000)])]);
      const { instance_num, concurrency_num, duration, min_duration, count } = await statistics.ofPeriod({ caller, funcId: 'f-instances' }, 4);
      const values = (series: FunctionStatistics['count']) => series.map(({ value }) => value);
      expect([values(count), values(instance_num), values(concurrency_num)]).toEqual([[1, -1, 1, 4], [1, -1, 1, 2], [1, -1, 1, 2]]);
      expect([values(duration), values(min_duration)]).toEqual([[10, -1, 10, 17.5], [10, -1, 10, 10]]);
      const wide = await statistics.ofPeriod({ caller, funcId: 'f-instances' }, 43_200);
      expect(values(wide.instance_num).at(-1)).toBe(3);
      const kept = async (table: string) => Number((await dataSource.query<{ count: string }[]>(`SELECT count(*) FROM registry.${table} WHERE func_id = 'f-instances'`))[0]?.count);
      await tallies.forget();
      expect([await kept('invocation_minutes'), await kept('invocation_days')]).toEqual([3, 1]);
      now += MINUTES_KEPT_MS + HOUR_MS;
      await tallies.take([told('f-instances', [run('i4', now - MINUTES_KEPT_MS - 120_000)])]);
      await tallies.forget();
      expect([await kept('invocation_minutes'), await kept('invocation_days')]).toEqual([0, 1]);
    } finally {
      await dataSource.destroy();
    }
  });
});
