import { setTimeout as delay } from 'node:timers/promises';
import { KeyEvent } from '@windlass/contracts/kms/v1/kms_events';
import { KEYS_TOPIC, KeyTable } from '../key/index.js';
import { openEvents } from '../stored-events.js';
import { rebuildReadModels } from '../rebuild-read-models.js';
import { runKms, type RunningKms } from '../testing/running-kms.js';

const DAY_MS = 86_400_000;

describe('the end of a key', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  const materials = async (key_id: string): Promise<number> => (await running.dataSource.query<unknown[]>('SELECT 1 FROM kms.key_materials WHERE key_id = $1', [key_id])).length;

  it('is scheduled: until then the key is of no use, and whoever cancels it has it back, disabled', async () => {
    const { create, dataKey, decrypt, schedule, cancel, describe, list, enable, disable } = running.tenant();
    const key_id = await create();
    const { cipher_text, plain_text } = await dataKey(key_id);
    const before = Date.now();
    expect(await schedule(key_id, '30')).toMatchObject({ key_id, key_state: '4' });
    const info = await describe(key_id);
    expect(info).toMatchObject({ key_state: '4' });
    expect(Number(info?.scheduled_deletion_date)).toBeGreaterThanOrEqual(before + 30 * DAY_MS);
    expect((await list({ key_state: '4' })).keys).toEqual([key_id]);
    for (const use of [dataKey(key_id), decrypt(key_id, cipher_text)]) await expect(use).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0210' });
    for (const change of [enable(key_id), disable(key_id)]) await expect(change).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0210' });
    await expect(schedule(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1402' });
    expect(await cancel(key_id)).toEqual({ key_id, key_state: '3' });
    expect(await describe(key_id)).toMatchObject({ key_state: '3', scheduled_deletion_date: '' });
    await expect(cancel(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1501' });
    await enable(key_id);
    expect(await decrypt(key_id, cipher_text)).toMatchObject({ data_key: plain_text });
  });

  it('is told to the other services, as is every other change of whether a key can be used', async () => {
    const told: { state: string; revision: number }[] = [];
    const { create, disable, enable, rename, schedule, cancel } = running.tenant();
    const key_id = await create();
    const consumption = await running.bus.consume({
      group: 'test.keys',
      topics: [KEYS_TOPIC],
      onMessages: (messages) => {
        for (const { key, payload } of messages) if (key === key_id) told.push(KeyEvent.decode(payload));
        return Promise.resolve();
      },
    });
    try {
      await disable(key_id);
      await rename(key_id, 'renamed');
      await enable(key_id);
      await schedule(key_id);
      await cancel(key_id);
      await schedule(key_id);
      await running.upkeep(inDays(8)).run();
      const seen = () => told.map(({ state, revision }) => `${revision} ${state}`);
      for (let look = 0; look < 250 && seen().at(-1) !== '8 deleted'; look++) await delay(20);
      expect([...new Set(seen())]).toEqual(['1 enabled', '2 disabled', '4 enabled', '5 pending_deletion', '6 disabled', '7 pending_deletion', '8 deleted']);
    } finally {
      await consumption.stop();
    }
  });

  it.each(['', '6', '1097', '7.5', '-7', 'x'])('is not scheduled in "%s" days', async (days) => {
    const { create, schedule } = running.tenant();
    await expect(schedule(await create(), days)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1401' });
  });

  it('comes when its day has come and not before, takes every version of the material, and frees the alias and the quota', async () => {
    const { create, rotate, schedule, describe, decrypt, dataKey, list, domain_id } = running.tenant();
    const [doomed, kept] = [await create({ key_alias: 'doomed' }), await create({ key_alias: 'kept' })];
    await rotate(doomed);
    const { cipher_text } = await dataKey(doomed);
    await schedule(doomed, '8');
    await running.upkeep(inDays(7.9)).run();
    expect(await materials(doomed)).toBe(2);
    // As several processes would, at the same time.
    await Promise.all([1, 2, 3].map(() => running.upkeep(inDays(8.1)).run()));
    expect(await materials(doomed)).toBe(0);
    expect(await materials(kept)).toBe(1);
    for (const use of [describe(doomed), decrypt(doomed, cipher_text), schedule(doomed)]) await expect(use).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    expect((await list()).keys).toEqual([kept]);
    await expect(create({ key_alias: 'doomed' })).resolves.toBeDefined();
    const types = await running.dataSource.query<{ type: string }[]>(`SELECT type FROM kms.events WHERE tenant = $1 AND stream_id = $2 ORDER BY version`, [domain_id, `key-${doomed}`]);
    expect(types.map(({ type }) => type)).toEqual(['KeyCreated', 'KeyRotated', 'KeyDeletionScheduled', 'KeyDeleted']);
  });

  it('never comes for a key whose deletion was cancelled in time', async () => {
    const { create, schedule, cancel, describe } = running.tenant();
    const key_id = await create();
    await schedule(key_id);
    await cancel(key_id);
    await running.upkeep(inDays(2000)).run();
    expect(await describe(key_id)).toMatchObject({ key_state: '3' });
    expect(await materials(key_id)).toBe(1);
  });

  it('and all before it can be made again from the events', async () => {
    const { create, schedule, rename, describeAs, rotate, rotateByItself } = running.tenant();
    const [doomed, renamed] = [await create({ key_alias: 'one' }), await create({ key_alias: 'two' })];
    await rotateByItself(renamed);
    await rotate(renamed);
    await describeAs(renamed, 'new words');
    await schedule(doomed);
    await running.upkeep(inDays(8)).run();
    await rename(renamed, 'one');
    await create({ key_alias: 'two' });
    const before = await running.dataSource.query('SELECT * FROM kms.keys ORDER BY id');
    await rebuildReadModels(openEvents(running.dataSource));
    expect(await running.dataSource.query('SELECT * FROM kms.keys ORDER BY id')).toEqual(before);
  });
});

describe('the names of a key', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  it('change, and an alias that another key has is refused', async () => {
    const { create, rename, describeAs, describe } = running.tenant();
    const [one] = [await create({ key_alias: 'one' }), await create({ key_alias: 'two' })];
    expect(await rename(one, 'three')).toEqual({ key_info: { key_id: one, key_alias: 'three' } });
    expect(await describeAs(one, 'größer')).toEqual({ key_info: { key_id: one, key_description: 'größer' } });
    expect(await describe(one)).toMatchObject({ key_alias: 'three', key_description: 'größer' });
    await expect(rename(one, 'two')).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1104' });
    await expect(rename(one, 'a b')).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1101' });
    await expect(rename(one, 'functiongraph/default')).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1101' });
    await expect(describeAs(one, 'x'.repeat(256))).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1103' });
    await expect(rename(one, 'three')).resolves.toBeDefined();
  });

  it('are given to one key only, however many ask at once', async () => {
    const { create, rename } = running.tenant();
    const ids = await Promise.all(['a', 'b', 'c'].map((key_alias) => create({ key_alias })));
    const attempts = await Promise.allSettled([...ids.map((id) => rename(id, 'wanted')), create({ key_alias: 'wanted' })]);
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'KMS.1104' });
  });

  it('are freed and given in the order of their events: who waits for its turn has written nothing yet', async () => {
    const { create, project_id } = running.tenant();
    const waiters = () => running.dataSource.query<{ backend_xid: string | null }[]>(`SELECT backend_xid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`);
    const created = await running.dataSource.transaction(async (manager) => {
      await new KeyTable(running.dataSource).lockAliases(manager, project_id);
      const waiting = create();
      for (let look = 0; look < 250 && (await waiters()).length === 0; look++) await delay(20);
      expect(await waiters()).toEqual([{ backend_xid: null }]);
      return { waiting };
    });
    await expect(created.waiting).resolves.toBeDefined();
  });
});
