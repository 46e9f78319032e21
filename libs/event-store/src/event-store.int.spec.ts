import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { isWindlassError } from '@windlass/errors';
import { BEGINNING, EventStore, isConcurrencyError } from './index.js';
import { account, type Account, type AccountCommand, type AccountEvent } from './testing/account.js';
import { StoreFixture } from './testing/store-fixture.js';

const metadata = { actor: 'tester', requestId: 'r-1' };

describe('EventStore', () => {
  let fixture: StoreFixture;
  let store: EventStore;

  beforeAll(async () => {
    fixture = await StoreFixture.start();
  });
  afterAll(() => fixture?.stop());
  beforeEach(async () => {
    store = new EventStore(fixture.dataSource, { schema: await fixture.newSchema() });
  });

  const run = (streamId: string, command: AccountCommand | ((state: Account) => AccountCommand)) =>
    store.execute({ streamId, tenant: 't1', decider: account, command, metadata });
  const opened: AccountEvent = { type: 'account_opened', data: { owner: 'ann' } };
  const moved = (cents: number): AccountEvent => ({ type: 'money_moved', data: { cents } });

  it('reads back what was appended, with versions from 1 and the envelope it was given', async () => {
    const appended = await fixture.dataSource.transaction((manager) =>
      store.append<AccountEvent>(manager, { streamId: 'a', tenant: 't1', expectedVersion: 0, events: [opened, moved(5)], metadata }),
    );
    const loaded = await store.load<AccountEvent>('a');
    expect(loaded).toEqual(appended);
    expect(loaded.map(({ version, type, data, tenant }) => ({ version, type, data, tenant }))).toEqual([
      { version: 1, ...opened, tenant: 't1' },
      { version: 2, ...moved(5), tenant: 't1' },
    ]);
    expect(loaded[0]?.metadata).toEqual(metadata);
    expect(loaded[1]!.globalPosition).toBeGreaterThan(loaded[0]!.globalPosition);
  });

  it.each([0, 1, 3])('refuses to append to a stream of version 2 when version %i is expected', async (expectedVersion) => {
    await run('a', { kind: 'open', owner: 'ann' });
    await run('a', { kind: 'move', cents: 1 });
    const attempt = fixture.dataSource.transaction((manager) =>
      store.append(manager, { streamId: 'a', tenant: 't1', expectedVersion, events: [moved(1)], metadata }),
    );
    await expect(attempt).rejects.toMatchObject({ name: "ConcurrencyError" });
  });

  it('lets one of two transactions win that append to the same version at the same time', async () => {
    const first = fixture.dataSource.createQueryRunner();
    await first.startTransaction();
    const input = { streamId: 'a', tenant: 't1', expectedVersion: 0, events: [opened], metadata };
    await store.append(first.manager, input);
    const second = fixture.dataSource.transaction((manager) => store.append(manager, input)).catch((error: unknown) => error);
    await first.commitTransaction();
    await first.release();
    expect(isConcurrencyError(await second)).toBe(true);
    expect(await store.load('a')).toHaveLength(1);
  });

  it('appends inside a transaction only', async () => {
    const attempt = store.append(fixture.dataSource.manager, { streamId: 'a', tenant: 't1', expectedVersion: 0, events: [opened], metadata });
    await expect(attempt).rejects.toThrow('inside a transaction');
  });

  it('keeps nothing of a transaction that is rolled back, read models included', async () => {
    await fixture.dataSource.query(`CREATE TABLE ${store.schema}.balances (owner text)`);
    const attempt = store.execute({
      streamId: 'a',
      tenant: 't1',
      decider: account,
      command: { kind: 'open', owner: 'ann' },
      metadata,
      project: async (manager) => {
        await manager.query(`INSERT INTO ${store.schema}.balances VALUES ('ann')`);
        throw new Error('the disk is on fire');
      },
    });
    await expect(attempt).rejects.toThrow('the disk is on fire');
    expect(await store.load('a')).toEqual([]);
    expect(await fixture.dataSource.query(`SELECT * FROM ${store.schema}.balances`)).toEqual([]);
  });

  it('decides on the current state and answers with the state after the decision', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    await run('a', { kind: 'move', cents: 70 });
    const emptied = await run('a', (state) => ({ kind: 'move', cents: state.kind === 'open' ? -state.cents : 0 }));
    expect(emptied).toMatchObject({ state: { kind: 'open', owner: 'ann', cents: 0 }, version: 3 });
    expect(emptied.events).toHaveLength(1);
    await expect(run('a', { kind: 'move', cents: -1 })).rejects.toMatchObject({ reason: 'TOO_POOR' });
  });

  it('leaves the stream and the read models alone when nothing was decided', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    let projected = 0;
    const result = await store.execute({
      streamId: 'a',
      tenant: 't1',
      decider: account,
      command: { kind: 'move', cents: 0 },
      metadata,
      project: async () => void projected++,
    });
    expect(result).toMatchObject({ version: 1, events: [] });
    expect(projected).toBe(0);
  });

  it('repeats a command that lost a race, on the state that won', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    const rival = fixture.dataSource.createQueryRunner();
    await rival.startTransaction();
    await store.append(rival.manager, { streamId: 'a', tenant: 't1', expectedVersion: 1, events: [moved(10)], metadata });

    const statesDecidedOn: Account[] = [];
    let rivalWins: Promise<void> | undefined;
    const result = await run('a', (state) => {
      statesDecidedOn.push(state);
      rivalWins ??= rival.commitTransaction();
      return { kind: 'move', cents: 100 };
    });
    await rivalWins;
    await rival.release();
    expect(statesDecidedOn.map((state) => state.kind === 'open' && state.cents)).toEqual([0, 10]);
    expect(result).toMatchObject({ version: 3, state: { cents: 110 } });
  });

  it('changes several streams together or not at all, and repeats the whole when one of them was overtaken', async () => {
    for (const name of ['a', 'b']) await run(name, { kind: 'open', owner: name });
    const move = (manager: EntityManager, streamId: string, cents: number) =>
      store.executeIn<Account, AccountCommand, AccountEvent>(manager, { streamId, tenant: 't1', decider: account, command: { kind: 'move', cents }, metadata });

    let rival: Promise<unknown> | undefined;
    await store.transaction(async (manager) => {
      await move(manager, 'a', 10);
      // The rival wins `b` between this transaction's look at it and its append.
      const stale = await store.load('b', manager);
      await (rival ??= run('b', { kind: 'move', cents: 1 }));
      await store.append(manager, { streamId: 'b', tenant: 't1', expectedVersion: stale.length, events: [moved(5)], metadata });
    });
    expect((await store.load<AccountEvent>('a')).map(({ data }) => data)).toEqual([{ owner: 'a' }, { cents: 10 }]);
    expect((await store.load<AccountEvent>('b')).map(({ data }) => data)).toEqual([{ owner: 'b' }, { cents: 1 }, { cents: 5 }]);

    const tooMuch = store.transaction(async (manager) => {
      await move(manager, 'a', 1);
      await move(manager, 'b', -1_000);
    });
    await expect(tooMuch).rejects.toMatchObject({ reason: 'TOO_POOR' });
    expect(await store.load('a')).toHaveLength(2);
  });

  it('lets no event stand in the log before the one it follows, when a transaction that is older comes after a younger one', async () => {
    const older = fixture.dataSource.createQueryRunner();
    await older.startTransaction();
    const append = (streamId: string, expectedVersion: number) =>
      store.append(older.manager, { streamId, tenant: 't1', expectedVersion, events: [opened], metadata });
    // Its place in the log is settled by what it writes first.
    await append('elsewhere', 0);
    await run('a', { kind: 'open', owner: 'ann' });
    await expect(append('a', 1)).rejects.toMatchObject({ name: 'ConcurrencyError' });
    await older.rollbackTransaction();
    await older.release();

    // The same through `transaction`, which begins anew behind the other.
    let attempts = 0;
    await store.transaction(async (manager) => {
      attempts += 1;
      await store.executeIn(manager, { streamId: `b${attempts}`, tenant: 't1', decider: account, command: { kind: 'open', owner: 'bob' }, metadata });
      if (attempts === 1) await run('a', { kind: 'move', cents: 1 });
      await store.executeIn(manager, { streamId: 'a', tenant: 't1', decider: account, command: { kind: 'move', cents: 2 }, metadata });
    });
    expect(attempts).toBe(2);
    const log = (await store.readAll(BEGINNING, 100)).filter(({ streamId }) => streamId === 'a');
    expect(log.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('gives up as a conflict after five lost races', async () => {
    await fixture.dataSource.query(`
      CREATE FUNCTION ${store.schema}.always_late() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = 'serialization_failure'; END $$;
      CREATE TRIGGER always_late BEFORE INSERT ON ${store.schema}.events EXECUTE FUNCTION ${store.schema}.always_late();
    `);
    let attempts = 0;
    const attempt = run('a', () => {
      attempts++;
      return { kind: 'open', owner: 'ann' };
    });
    await expect(attempt).rejects.toMatchObject({ kind: 'conflict', reason: 'CONCURRENT_CHANGE' });
    expect(attempts).toBe(5);
  });

  it('keeps every one of many concurrent changes or says conflict', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => run('a', { kind: 'move', cents: 1 }).then(() => 'kept' as const, (error: unknown) => error)),
    );
    const kept = outcomes.filter((outcome) => outcome === 'kept').length;
    for (const error of outcomes) {
      if (error !== 'kept') expect(isWindlassError(error) && error.kind).toBe('conflict');
    }
    const state = await run('a', { kind: 'move', cents: 0 });
    expect(state.state).toEqual({ kind: 'open', owner: 'ann', cents: kept });
    expect(kept).toBeGreaterThan(0);
    expect(await store.verifyStream('a')).toEqual({ ok: true });
  });

  it('does not skip an event of a transaction that was held open while later ones were committed', async () => {
    const early = fixture.dataSource.createQueryRunner();
    await early.startTransaction();
    const [held] = await store.append(early.manager, { streamId: 'early', tenant: 't1', expectedVersion: 0, events: [opened], metadata });
    const late = await run('late', { kind: 'open', owner: 'bob' });
    expect(late.events[0]!.globalPosition).toBeGreaterThan(held!.globalPosition);

    expect(await store.readAll(BEGINNING, 10)).toEqual([]);
    await early.commitTransaction();
    await early.release();
    expect((await store.readAll(BEGINNING, 10)).map((event) => event.streamId)).toEqual(['early', 'late']);
    expect((await store.readAll(held!, 10)).map((event) => event.streamId)).toEqual(['late']);
  });

  it('refuses to change, delete or truncate history', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    for (const statement of [`UPDATE ${store.schema}.events SET tenant = 't2'`, `DELETE FROM ${store.schema}.events`, `TRUNCATE ${store.schema}.events`]) {
      await expect(fixture.dataSource.query(statement)).rejects.toThrow('events are history');
    }
  });

  it('refuses an event this program does not know', async () => {
    await fixture.dataSource.transaction((manager) =>
      store.append(manager, { streamId: 'a', tenant: 't1', expectedVersion: 0, events: [{ type: 'from_the_future', data: {} }], metadata }),
    );
    await expect(run('a', { kind: 'move', cents: 1 })).rejects.toThrow('from_the_future');
  });

  it('reads old events through the upcasters and refuses events of a newer schema', async () => {
    await run('a', { kind: 'open', owner: 'ann' });
    const newer = new EventStore(fixture.dataSource, {
      schema: store.schema,
      eventTypes: { account_opened: [(data) => ({ ...data, currency: 'EUR' })], money_moved: [] },
    });
    expect((await newer.load('a')).map((event) => event.data)).toEqual([{ owner: 'ann', currency: 'EUR' }]);
    expect(await newer.verifyStream('a')).toEqual({ ok: true });

    const written = { type: 'account_opened', data: { owner: 'bob', currency: 'USD' } };
    await fixture.dataSource.transaction((manager) =>
      newer.append(manager, { streamId: 'b', tenant: 't1', expectedVersion: 0, events: [written], metadata }),
    );
    expect((await newer.load('b')).map((event) => event.data)).toEqual([written.data]);
    await expect(store.load('b')).rejects.toThrow('schema version 2');
  });

  it('refuses to store what is not among the types that are named, as nothing would read it', async () => {
    const named = new EventStore(fixture.dataSource, { schema: store.schema, eventTypes: { account_opened: [] } });
    const append = (type: string) =>
      fixture.dataSource.transaction((manager) => named.append(manager, { streamId: 'c', tenant: 't1', expectedVersion: 0, events: [{ type, data: {} }], metadata }));
    await expect(append('toString')).rejects.toThrow('not among those');
    await expect(append('money_moved')).rejects.toThrow('not among those');
    expect(await named.load('c')).toEqual([]);
  });

  describe('verifyStream', () => {
    beforeEach(async () => {
      await run('a', { kind: 'open', owner: 'ann' });
      for (const cents of [1, 2, 3]) await run('a', { kind: 'move', cents });
      // Whoever tampers with the files or owns the table gets past the trigger; the chain is for them.
      await fixture.dataSource.query(`ALTER TABLE ${store.schema}.events DISABLE TRIGGER events_are_history`);
    });

    const tamper = (sql: string) => fixture.dataSource.query(sql.replace('EVENTS', `${store.schema}.events`));

    it('finds nothing wrong with what was appended', async () => {
      expect(await store.verifyStream('a')).toEqual({ ok: true });
      expect(await store.verifyStream('no such stream')).toEqual({ ok: true });
    });

    it('agrees with itself on whatever the database makes of numbers, texts and keys', async () => {
      const values = [...fc.sample(fc.jsonValue({ stringUnit: 'grapheme' }), 200), 1e21, 1e-7, 5e-324, 0.1 + 0.2, -0, Number.MAX_VALUE, '\u0001\u2028'];
      // PostgreSQL's jsonb cannot hold the character U+0000, and says so when it is appended.
      const events = values.filter((value) => !JSON.stringify(value).includes('\\u0000')).map((value) => ({ type: 'anything', data: { value } }));
      await fixture.dataSource.transaction((manager) => store.append(manager, { streamId: 'b', tenant: 't1', expectedVersion: 0, events, metadata }));
      expect(await store.verifyStream('b')).toEqual({ ok: true });
    });

    it.each([
      ['payload', `payload = '{"cents": 2000000}'`],
      ['type', `type = 'money_lost'`],
      ['tenant', `tenant = 't2'`],
      ['actor', `metadata = jsonb_set(metadata, '{actor}', '"nobody"')`],
      ['time', `recorded_at = recorded_at + interval '1 millisecond'`],
      ['id', `event_id = gen_random_uuid()`],
      ['schema version', `schema_version = 2`],
    ])('finds a changed %s', async (_what, change) => {
      await tamper(`UPDATE EVENTS SET ${change} WHERE version = 3`);
      expect(await store.verifyStream('a')).toEqual({ ok: false, version: 3, problem: 'its content does not match its hash' });
    });

    it('finds a removed event', async () => {
      await tamper(`DELETE FROM EVENTS WHERE version = 2`);
      expect(await store.verifyStream('a')).toMatchObject({ ok: false, version: 2, problem: expect.stringContaining('missing') });
    });

    it('finds a removed event whose gap was closed', async () => {
      await tamper(`DELETE FROM EVENTS WHERE version = 2`);
      await tamper(`UPDATE EVENTS SET version = version - 1 WHERE version > 2`);
      expect(await store.verifyStream('a')).toMatchObject({ ok: false, version: 2, problem: 'it does not follow the event before it' });
    });

    it('finds events that changed places', async () => {
      await tamper(`UPDATE EVENTS SET version = version + 10 WHERE version IN (2, 3)`);
      await tamper(`UPDATE EVENTS SET version = CASE version WHEN 12 THEN 3 ELSE 2 END WHERE version > 10`);
      expect(await store.verifyStream('a')).toMatchObject({ ok: false, version: 2 });
    });
  });
});
