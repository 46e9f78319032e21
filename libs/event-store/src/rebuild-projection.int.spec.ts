import type { EntityManager } from 'typeorm';
import { EventStore, rebuildProjection, replay, replayStates, type Decider, type Project } from './index.js';
import { account, type Account, type AccountCommand, type AccountEvent } from './testing/account.js';
import { eventually } from './testing/eventually.js';
import { StoreFixture } from './testing/store-fixture.js';

const metadata = { actor: 'tester', requestId: 'r-1' };

describe('rebuildProjection', () => {
  let fixture: StoreFixture;
  let store: EventStore;
  let balances: string;

  beforeAll(async () => {
    fixture = await StoreFixture.start();
    store = new EventStore(fixture.dataSource, { schema: await fixture.newSchema() });
    balances = `${store.schema}.balances`;
    await fixture.dataSource.query(`CREATE TABLE ${balances} (id text PRIMARY KEY, owner text, cents integer, moves integer)`);
  });
  afterAll(() => fixture?.stop());

  const project: Project<Account, AccountEvent> = async (manager, events, state) => {
    if (state.kind === 'none') return;
    const moves = events.filter((event) => event.type === 'money_moved').length;
    await manager.query(
      `INSERT INTO ${balances} AS old VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET cents = $3, moves = old.moves + $4`,
      [events[0]!.streamId, state.owner, state.cents, moves],
    );
  };
  const run = (streamId: string, command: AccountCommand) =>
    store.execute({ streamId, tenant: 't1', decider: account, command, metadata, project });
  const reset = async (manager: EntityManager): Promise<void> => void (await manager.query(`DELETE FROM ${balances}`));
  const replays = [replay({ owns: (streamId) => streamId.startsWith('account-'), decider: account, project })];
  const table = () => fixture.dataSource.query(`SELECT * FROM ${balances} ORDER BY id`);

  it('gives the same read model as living through it', async () => {
    for (const name of ['account-a', 'account-b', 'account-c']) await run(name, { kind: 'open', owner: name });
    for (let i = 1; i <= 40; i++) await run(`account-${'abc'[i % 3]}`, { kind: 'move', cents: i });
    const other = { streamId: 'something-else', tenant: 't1', expectedVersion: 0, events: [{ type: 'other', data: {} }], metadata };
    await fixture.dataSource.transaction((manager) => store.append(manager, other));
    const lived = await table();
    await fixture.dataSource.query(`UPDATE ${balances} SET cents = 0, moves = 99`);

    expect(await rebuildProjection({ store, reset, replays })).toBe(43);
    expect(await table()).toEqual(lived);
  });

  it('gives the same when it holds fewer states than there are streams', async () => {
    const lived = await table();
    await rebuildProjection({ store, reset, replays: [replay({ owns: (streamId) => streamId.startsWith('account-'), decider: account, project, heldStates: 1 })] });
    expect(await table()).toEqual(lived);
  });

  it('gives the same of what streams ended as, over however many pages they go', async () => {
    const others = Array.from({ length: 300 }, (_, i) => `account-many-${i}`);
    for (const name of others) await run(name, { kind: 'open', owner: name });
    await fixture.dataSource.transaction(async (manager) => {
      const events = Array.from({ length: 4_000 }, (): AccountEvent => ({ type: 'money_moved', data: { cents: 1 } }));
      const appended = await store.append(manager, { streamId: 'account-many-7', tenant: 't1', expectedVersion: 1, events, metadata });
      await project(manager, appended, { kind: 'open', owner: 'account-many-7', cents: 4_000 });
    });
    const lived = await table();
    const counted: Pick<Decider<{ account: Account; moves: number }, never, AccountEvent>, 'initial' | 'evolve'> = {
      initial: { account: account.initial, moves: 0 },
      evolve: (state, event) => ({ account: account.evolve(state.account, event), moves: state.moves + (event.type === 'money_moved' ? 1 : 0) }),
    };
    const states = replayStates({
      streams: 'account-',
      decider: counted,
      write: async (manager, ended) => {
        for (const { state, last } of ended) {
          if (state.account.kind === 'open') await manager.query(`INSERT INTO ${balances} VALUES ($1, $2, $3, $4)`, [last.streamId, state.account.owner, state.account.cents, state.moves]);
        }
      },
    });
    expect(await rebuildProjection({ store, reset, replays: [states] })).toBe(43 + 300 + 4_000);
    expect(await table()).toEqual(lived);
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
      replays,
      reset: async (manager) => {
        await reset(manager);
        appending = appends();
        await Promise.race([appending, blocked()]);
      },
    });
    await appending;
    expect(await fixture.dataSource.query(`SELECT cents, moves FROM ${balances} WHERE id = 'account-d'`)).toEqual([{ cents: 5, moves: 1 }]);
  });

  it('keeps the old read model when it fails', async () => {
    const before = await table();
    const failing = replay({ owns: () => true, decider: account, project: () => Promise.reject(new Error('no')) });
    await expect(rebuildProjection({ store, reset, replays: [failing] })).rejects.toThrow('no');
    expect(await table()).toEqual(before);
    expect(before).not.toEqual([]);
  });
});
