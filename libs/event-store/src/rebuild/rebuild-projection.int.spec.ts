import { Column, DataSource, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import { EventStore, rebuildProjection, replayRows, type Replay, type RowProjection } from '../index.js';
import { account, type AccountCommand, type AccountEvent } from '../testing/account.js';
import { eventually } from '../testing/eventually.js';
import { StoreFixture } from '../testing/store-fixture.js';

const metadata = { actor: 'tester', requestId: 'r-1' };

@Entity({ name: 'balances' })
class BalanceRow {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ type: 'text' })
  owner: string;

  @Column({ type: 'integer' })
  cents: number;

  @Column({ type: 'text', array: true })
  notes: string[];

  @Column({ type: 'jsonb', nullable: true })
  last: object | null;

  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt: Date;
}

@Entity({ name: 'moves' })
class MoveRow {
  @PrimaryColumn({ type: 'text' })
  account: string;

  @PrimaryColumn({ type: 'integer' })
  version: number;

  @Column({ type: 'integer' })
  cents: number;
}

/** Balances, and of each account its moves since it last had nothing. */
const project: RowProjection<AccountEvent> = async (rows, events) => {
  for (const { streamId: id, version, recordedAt: changedAt, ...event } of events) {
    if (event.type === 'account_opened') {
      await rows.insert(BalanceRow, { id, owner: event.data.owner, cents: 0, notes: ['new', '"quoted", {braced}'], last: null, changedAt });
      continue;
    }
    const { cents } = event.data;
    if (cents < 0) await rows.delete(MoveRow, { account: id });
    else await rows.upsert(MoveRow, { account: id, version, cents }, ['account', 'version']);
    await rows.update(BalanceRow, id, { cents, last: { ...event.data, text: 'ä\n' }, notes: [], changedAt });
  }
};

describe('rebuildProjection', () => {
  let fixture: StoreFixture;
  let dataSource: DataSource;
  let store: EventStore;

  beforeAll(async () => {
    fixture = await StoreFixture.start();
    const schema = await fixture.newSchema();
    dataSource = await new DataSource({ type: 'postgres', url: fixture.server.connectionString(fixture.server.database), schema, entities: [BalanceRow, MoveRow] }).initialize();
    store = new EventStore(dataSource, { schema });
    await dataSource.query(`CREATE TABLE ${schema}.balances (id text PRIMARY KEY, owner text, cents integer, notes text[], last jsonb, changed_at timestamptz)`);
    await dataSource.query(`CREATE TABLE ${schema}.moves (account text, version integer, cents integer, PRIMARY KEY (account, version))`);
    await dataSource.query(`CREATE TABLE ${schema}.sums (owner text PRIMARY KEY, cents bigint)`);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await fixture?.stop();
  });

  const run = (streamId: string, command: AccountCommand) => store.execute({ streamId, tenant: 't1', decider: account, command, metadata, project });
  const appendMany = (streamId: string, expectedVersion: number, events: readonly { readonly type: string; readonly data: object }[]) =>
    dataSource.transaction((manager) => store.append(manager, { streamId, tenant: 't1', expectedVersion, events, metadata }));
  const reset = async (manager: EntityManager): Promise<void> => {
    for (const row of [BalanceRow, MoveRow]) await manager.deleteAll(row);
  };
  const accounts = (changed: Partial<Parameters<typeof replayRows<AccountEvent>>[0]> = {}): Replay => replayRows({ streams: 'account-', tables: [BalanceRow, MoveRow], project, ...changed });
  const rebuild = (...replays: Replay[]) => rebuildProjection({ store, reset, replays });
  const tables = async () =>
    Promise.all(['balances', 'moves'].map((table) => dataSource.query<{ text: string }[]>(`SELECT kept::text AS text FROM ${store.schema}.${table} AS kept ORDER BY kept::text`)));

  it('gives the same rows, byte for byte, as living through it', async () => {
    for (const name of ['account-a', 'account-b', 'account-c']) await run(name, { kind: 'open', owner: `${name} "it\'s" \\` });
    for (let i = 1; i <= 40; i++) await run(`account-${'abc'[i % 3]}`, { kind: 'move', cents: i % 9 === 0 ? -i : i });
    await appendMany('something-else', 0, [{ type: 'other', data: {} }]);
    const lived = await tables();
    expect(lived.map((rows) => rows.length)).toEqual([3, expect.any(Number)]);
    await dataSource.query(`UPDATE ${store.schema}.balances SET cents = 0, owner = 'nobody'`);

    expect(await rebuild(accounts())).toBe(43);
    expect(await tables()).toEqual(lived);
  });

  it('goes over however many pages and writings, in which streams begin and end anywhere', async () => {
    const others = Array.from({ length: 300 }, (_, i) => `account-many-${i}`);
    for (const name of others) await run(name, { kind: 'open', owner: name });
    const moves = Array.from({ length: 2_600 }, (_, i) => ({ type: 'money_moved', data: { cents: i } }));
    await dataSource.transaction(async (manager) => {
      for (const name of ['account-many-7', 'account-many-8']) await project(manager, (await store.append(manager, { streamId: name, tenant: 't1', expectedVersion: 1, events: moves, metadata })) as never);
    });
    const lived = await tables();
    expect(await rebuild(accounts())).toBe(43 + 300 + 2 * 2_600);
    expect(await tables()).toEqual(lived);
  });

  it('adds up over streams, each event once', async () => {
    let [events, calls] = [0, 0];
    const streams = new Set<string>();
    const sum = async (_: EntityManager, some: readonly { readonly streamId: string; readonly version: number }[]): Promise<void> => {
      calls += 1;
      events += some.length;
      // A stream is whole in one of the calls.
      for (const { streamId, version } of some.filter((event) => event.version === 1)) streams.add(`${streamId} ${version}`);
      for (const { streamId } of some) expect(streams).toContain(`${streamId} 1`);
    };
    expect(await rebuild(accounts({ sum }))).toBe(events);
    expect([streams.size, calls > 1]).toEqual([303, true]);
  });

  it('leaves out rows that streams before them have ended', async () => {
    await rebuild(accounts({ only: `id NOT LIKE 'account-many-%'`, tables: [BalanceRow], project: async (rows, events) => project({ ...rows, delete: async () => ({}), upsert: async () => ({}) } as never, events) }));
    expect((await tables())[0]).toHaveLength(3);
    await rebuild(accounts());
  });

  it('projects an event once that is appended while it runs', async () => {
    const appends = async (): Promise<void> => {
      await run('account-d', { kind: 'open', owner: 'dora' });
      await run('account-d', { kind: 'move', cents: 5 });
    };
    const blocked = () =>
      eventually(async () => {
        expect(await fixture.dataSource.query('SELECT 1 FROM pg_locks WHERE NOT granted')).not.toEqual([]);
      });
    let appending: Promise<void> | undefined;
    await rebuildProjection({
      store,
      replays: [accounts()],
      reset: async (manager) => {
        await reset(manager);
        appending = appends();
        await Promise.race([appending, blocked()]);
      },
    });
    await appending;
    expect(await dataSource.query(`SELECT cents FROM ${store.schema}.balances WHERE id = 'account-d'`)).toEqual([{ cents: 5 }]);
    expect(await dataSource.query(`SELECT version FROM ${store.schema}.moves WHERE account = 'account-d'`)).toEqual([{ version: 2 }]);
  });

  describe('refuses what would give other rows than were there, and leaves those that are', () => {
    const put = (values: object): RowProjection<AccountEvent> => async (rows) => void (await rows.upsert(MoveRow, values as MoveRow, ['account', 'version']));
    const move = { account: 'x', version: 1, cents: 1 };
    const refused: [string, RowProjection<AccountEvent>, RegExp][] = [
      ['a projection that fails', () => Promise.reject(new Error('no')), /^no$/],
      ['a row that is inserted twice', async (rows) => void (await rows.insert(MoveRow, [move, move])), /has already/],
      ['a change of a row that the stream has not made', async (rows) => void (await rows.update(MoveRow, { account: 'x', version: 1 }, { cents: 1 })), /does not have/],
      ['a change of the primary key', async (rows, events) => {
        await put(move)(rows, events);
        await rows.update(MoveRow, { account: 'x' }, { version: 2 });
      }, /primary key/],
      ['a row that is found by something else than values', async (rows) => void (await rows.delete(MoveRow, { account: { like: '%' } as never })), /texts and numbers/],
      ['a row put in place by other columns than its key', async (rows) => void (await rows.upsert(MoveRow, move, ['account'])), /primary key alone/],
      ['a column that is left to the database', put({ account: 'x', version: 1 }), /column cents/],
    ];
    it.each(refused)('%s', async (_, wrong, words) => {
      const before = await tables();
      await expect(rebuild(accounts({ project: wrong }))).rejects.toThrow(words);
      expect(await tables()).toEqual(before);
    });

    it('a table it was not told of', async () => {
      await expect(rebuild(accounts({ tables: [BalanceRow] }))).rejects.toThrow(/MoveRow is not among the tables/);
    });

    it('kinds of streams that are not named in their order, or are of two kinds', async () => {
      const kind = (streams: string): Replay => replayRows({ streams, tables: [], project: async () => undefined });
      await expect(rebuild(kind('b-'), kind('a-'))).rejects.toThrow(/name them first/);
      await expect(rebuild(kind('a-'), kind('a-b-'))).rejects.toThrow(/two kinds/);
    });
  });
});
