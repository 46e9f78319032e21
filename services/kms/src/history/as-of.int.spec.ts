import { randomUUID } from 'node:crypto';
import { runKms, type RunningKms } from '../testing/running-kms.js';

describe('reads of keys as of a time or position', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  type Tenant = ReturnType<RunningKms['tenant']>;

  /** The place of the tenant's newest event, after which the clock has moved on. */
  const here = async ({ domain_id }: Tenant): Promise<{ position: string; time: string }> => {
    const [last] = await running.dataSource.query<{ position: string; at: Date }[]>(
      `SELECT 'kms:' || transaction_id || '.' || global_position AS position, recorded_at AS at FROM kms.events
       WHERE tenant = $1 ORDER BY transaction_id DESC, global_position DESC LIMIT 1`,
      [domain_id],
    );
    if (last === undefined) throw new Error('nothing has happened');
    while (Date.now() <= last.at.getTime()) await new Promise((resolve) => setImmediate(resolve));
    return { position: last.position, time: last.at.toISOString() };
  };

  /** What every read answers, or why it does not: as of a moment, or now. */
  const everything = async (tenant: Tenant, ids: readonly string[], as_of?: string): Promise<object> => {
    const ask = (call: Promise<unknown>): Promise<unknown> => call.catch((error: { code: string }) => error.code);
    const filters = [{}, { limit: '1' }, { key_state: '2' }, { key_state: '3' }, { key_state: '4' }, { key_spec: 'EC_P256' }, { marker: [...ids].sort()[0] ?? '' }];
    return {
      shown: await Promise.all(ids.map((key_id) => ask(running.keys.describeKey({ ...tenant.ofKey(key_id), as_of }, tenant.as())))),
      listed: await Promise.all(filters.map((filter) => ask(tenant.list({ ...filter, as_of })))),
    };
  };

  it('answer what the same read answered then, whatever has happened since', async () => {
    const tenant = running.tenant();
    const ids: string[] = [];
    const steps: (() => Promise<unknown>)[] = [
      async () => ids.push(await tenant.create({ key_alias: 'first', key_description: 'of orders' })),
      async () => ids.push(await tenant.create({ key_alias: 'second', key_spec: 'EC_P256' })),
      () => tenant.disable(ids[0] ?? ''),
      async () => ids.push(await tenant.create({ key_alias: 'third' })),
      () => tenant.enable(ids[0] ?? ''),
      () => tenant.rename(ids[0] ?? '', 'renamed'),
      () => tenant.describeAs(ids[0] ?? '', 'of invoices'),
      () => tenant.rotateByItself(ids[0] ?? ''),
      () => tenant.schedule(ids[1] ?? ''),
      () => tenant.cancel(ids[1] ?? ''),
      () => tenant.schedule(ids[2] ?? ''),
      () => running.upkeep(new Date(Date.now() + 8 * 86_400_000)).run(),
    ];
    const lived: { moment: { position: string; time: string }; ids: string[]; answers: object }[] = [];
    for (const step of steps) {
      await step();
      lived.push({ moment: await here(tenant), ids: [...ids], answers: await everything(tenant, ids) });
    }
    for (const { moment, ids: known, answers } of lived) {
      for (const asOf of [moment.time, moment.position]) expect({ asOf, ...(await everything(tenant, known, asOf)) }).toEqual({ asOf, ...answers });
    }
    expect(new Set(lived.map(({ answers }) => JSON.stringify(answers))).size).toBe(steps.length);
  });

  it('find nothing before it was made or of anybody else, and refuse what is no moment of the past', async () => {
    const tenant = running.tenant();
    const key_id = await tenant.create({ enterprise_project_id: '0' });
    const made = await here(tenant);
    const other = running.tenant();
    await other.create();
    const foreign = await here(other);
    const show = (as_of: string, by: Tenant = tenant) => running.keys.describeKey({ ...by.ofKey(key_id), as_of }, by.as());
    await expect(show(new Date(Date.parse(made.time) - 1).toISOString())).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    await expect(show(foreign.time, other)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    const elsewhere = running.tenant({ domain_id: tenant.domain_id });
    await expect(show(made.time, elsewhere)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    expect((await elsewhere.list({ as_of: made.time })).total).toBe(0);
    const bounded = running.tenant({ domain_id: tenant.domain_id, project_id: tenant.project_id, all_enterprise_projects: false, enterprise_project_ids: [randomUUID()] });
    await expect(show(made.time, bounded)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    expect((await bounded.list({ as_of: made.time })).total).toBe(0);
    const refused: [string, string][] = [
      ['', 'MOMENT_INVALID'],
      ['yesterday', 'MOMENT_INVALID'],
      [new Date(Date.now() + 60_000).toISOString(), 'MOMENT_IN_FUTURE'],
      [foreign.position, 'POSITION_UNKNOWN'],
      ['registry:1.1', 'POSITION_OF_OTHER_SERVICE'],
    ];
    for (const [asOf, reason] of refused) {
      await expect(show(asOf)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308', reason });
      await expect(tenant.list({ as_of: asOf })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308', reason });
    }
  });
});
