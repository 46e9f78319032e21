import { BEGINNING, EventStore, type Position } from './index.js';
import { account, type AccountEvent } from './testing/account.js';
import { StoreFixture } from './testing/store-fixture.js';

const metadata = { actor: 'tester', requestId: 'r-1' };
const opened: AccountEvent = { type: 'account_opened', data: { owner: 'ann' } };

describe('the events of one tenant', () => {
  let fixture: StoreFixture;
  let store: EventStore;

  beforeAll(async () => {
    fixture = await StoreFixture.start();
  });
  afterAll(() => fixture?.stop());
  beforeEach(async () => {
    store = new EventStore(fixture.dataSource, { schema: await fixture.newSchema() });
  });

  const open = (tenant: string, streamId: string) => store.execute({ streamId, tenant, decider: account, command: { kind: 'open', owner: 'ann' }, metadata });

  /** A transaction that has appended and stays open. */
  const held = async (tenant: string, streamId: string) => {
    const runner = fixture.dataSource.createQueryRunner();
    await runner.startTransaction();
    await store.append(runner.manager, { streamId, tenant, expectedVersion: 0, events: [opened], metadata });
    return async (end: 'commit' | 'rollback'): Promise<void> => {
      await (end === 'commit' ? runner.commitTransaction() : runner.rollbackTransaction());
      await runner.release();
    };
  };

  /** Reads page by page from where it was, as a follower does. */
  const follower = (tenant: string, limit = 1) => {
    let after: Position = BEGINNING;
    const places = (row: { transactionId: string | bigint; globalPosition: string | bigint }): Position => ({ transactionId: BigInt(row.transactionId), globalPosition: BigInt(row.globalPosition) });
    return {
      read: async (how: 'readTenant' | 'readTenantRecords'): Promise<string[]> => {
        const seen: string[] = [];
        for (;;) {
          const page = await store[how]({ tenant, order: 'oldest', after, limit });
          const last = page.at(-1);
          if (last === undefined) return seen;
          seen.push(...page.map(({ streamId }) => streamId));
          after = places(last);
        }
      },
    };
  };

  it.each(['readTenant', 'readTenantRecords'] as const)('are never passed over by %s, whatever transaction of whomever is held open', async (how) => {
    const { read } = follower('t1');
    const early = await held('t1', 'early');
    const foreign = await held('t2', 'foreign');
    await open('t1', 'late');
    // What is committed waits for what could yet precede it.
    expect(await read(how)).toEqual([]);
    await foreign('commit');
    expect(await read(how)).toEqual([]);
    await early('commit');
    expect(await read(how)).toEqual(['early', 'late']);
    const undone = await held('t1', 'undone');
    await open('t1', 'later');
    expect(await read(how)).toEqual([]);
    await undone('rollback');
    expect(await read(how)).toEqual(['later']);
  });

  it('are shown newest first at once, while others are held open', async () => {
    const early = await held('t1', 'early');
    await open('t1', 'late');
    const newest = () => store.readTenant({ tenant: 't1', order: 'newest', limit: 10 }).then((events) => events.map(({ streamId }) => streamId));
    expect(await newest()).toEqual(['late']);
    await early('commit');
    expect(await newest()).toEqual(['late', 'early']);
  });

  it('are narrowed to those that came from one address, page by page, either way', async () => {
    const from = (streamId: string, sourceAddress?: string) =>
      store.execute({ streamId, tenant: 't1', decider: account, command: { kind: 'open', owner: 'ann' }, metadata: { ...metadata, ...(sourceAddress === undefined ? {} : { sourceAddress }) } });
    await from('a', '192.0.2.1');
    await from('b', '192.0.2.11');
    await from('c');
    await from('d', '192.0.2.1');
    for (const [order, expected] of [['oldest', ['a', 'd']], ['newest', ['d', 'a']]] as const) {
      const page = async (after?: Position) => store.readTenant({ tenant: 't1', order, after, limit: 1, sourceAddress: '192.0.2.1' });
      const [first] = await page();
      const [second] = await page(first);
      expect([first?.streamId, second?.streamId]).toEqual(expected);
      expect(await page(second)).toEqual([]);
    }
  });

  it('end at the place that is asked for, and with it', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await open('t1', name);
    await open('t2', 'foreign');
    const all = await store.readTenant({ tenant: 't1', order: 'oldest', limit: 10 });
    const until = async (upTo: Position, limit: number) => (await store.readTenantRecords({ tenant: 't1', order: 'oldest', after: all[0], upTo, limit })).map(({ streamId }) => streamId);
    expect(await until(all[2]!, 10)).toEqual(['b', 'c']);
    expect(await until(all[2]!, 1)).toEqual(['b']);
    expect(await until(all[0]!, 10)).toEqual([]);
  });

  it('name their tenants to whoever follows changes, none of them missed', async () => {
    const early = await held('t1', 'early');
    await open('t2', 'late');
    let after: Position = BEGINNING;
    const changed = async (limit = 10): Promise<readonly string[]> => {
      const { tenants, end } = await store.changedTenants(after, limit);
      after = end;
      return tenants;
    };
    expect(await changed()).toEqual([]);
    expect(after).toEqual(BEGINNING);
    await early('commit');
    expect(await changed(1)).toEqual(['t1']);
    expect(await changed()).toEqual(['t2']);
    const place = after;
    expect(await changed()).toEqual([]);
    expect(after).toEqual(place);
    const undone = await held('t3', 'undone');
    await open('t1', 'later');
    expect(await changed()).toEqual([]);
    await undone('rollback');
    expect(await changed()).toEqual(['t1']);
  });
});
