import type { BusMessage, EventBus, RelayLag } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { EventRelay, EventStore, type DomainEvent, type StoredEvent } from './index.js';
import { eventually } from './testing/eventually.js';
import { StoreFixture } from './testing/store-fixture.js';

const metadata = { actor: 'tester', requestId: 'r-1' };
const logger = createLogger('relay-spec', { level: 'silent' });

/** Hears what is published, and fails as often as it is told to: the relay's side of the contract is all that is tested. */
class ListeningBus implements Pick<EventBus, 'publish' | 'identity' | 'reportRelay'> {
  readonly heard: string[] = [];
  name = 'postgres:1';
  failures = 0;
  readonly reports: RelayLag[] = [];
  deafToReports = false;
  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the bus is down');
    }
    this.heard.push(...messages.map((message) => message.key));
  }
  async identity(): Promise<string> {
    return this.name;
  }
  async reportRelay(lag: RelayLag): Promise<void> {
    if (this.deafToReports) throw new Error('no reports now');
    this.reports.push(lag);
  }
}

describe('EventRelay', () => {
  let fixture: StoreFixture;
  let store: EventStore;
  let bus: ListeningBus;
  let relays: EventRelay[];

  beforeAll(async () => {
    fixture = await StoreFixture.start();
  });
  afterAll(() => fixture?.stop());
  beforeEach(async () => {
    store = new EventStore(fixture.dataSource, { schema: await fixture.newSchema() });
    bus = new ListeningBus();
    relays = [];
  });
  afterEach(() => Promise.all(relays.map((relay) => relay.stop())));

  const toMessage = (event: StoredEvent<DomainEvent>): BusMessage => ({ topic: 'things', key: event.streamId, id: event.id, payload: new Uint8Array() });
  const startRelay = (translate: (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[] = toMessage): EventRelay => {
    const relay = new EventRelay({ dataSource: fixture.dataSource, schema: store.schema, bus, translate, logger });
    relays.push(relay);
    relay.start();
    return relay;
  };
  const happen = (streamId: string, manager?: StoreFixture['dataSource']['manager']) => {
    const input = { streamId, tenant: 't1', expectedVersion: 0, events: [{ type: 'happened', data: {} }], metadata };
    return manager ? store.append(manager, input) : fixture.dataSource.transaction((own) => store.append(own, input));
  };
  const hears = (...keys: string[]) => eventually(() => expect(bus.heard).toEqual(keys));

  it('publishes what was committed before it started and what is committed later, in order', async () => {
    await happen('a');
    await happen('b');
    startRelay();
    await hears('a', 'b');
    await happen('c');
    await hears('a', 'b', 'c');
  });

  it('tells a bus that is new everything from the beginning, and each bus only what it has not been told', async () => {
    // As it was before buses had names.
    await happen('old');
    await fixture.dataSource.query(`UPDATE ${store.schema}.relay_checkpoint SET (transaction_id, global_position) = (SELECT transaction_id, global_position FROM ${store.schema}.events)`);
    await happen('a');
    const first = startRelay();
    await hears('a');
    await first.stop();
    bus.name = 'kafka:2/windlass';
    const second = startRelay();
    await hears('a', 'old', 'a');
    await happen('b');
    await hears('a', 'old', 'a', 'b');
    await second.stop();
    bus.name = 'postgres:1';
    startRelay();
    await hears('a', 'old', 'a', 'b', 'b');
  });

  it('publishes nothing that was not committed, and does not skip what is committed late', async () => {
    startRelay();
    const early = fixture.dataSource.createQueryRunner();
    await early.startTransaction();
    await happen('early', early.manager);
    await happen('late');
    const rolledBack = fixture.dataSource.createQueryRunner();
    await rolledBack.startTransaction();
    await happen('never', rolledBack.manager);
    await rolledBack.rollbackTransaction();
    await rolledBack.release();
    expect(bus.heard).toEqual([]);
    await early.commitTransaction();
    await early.release();
    await hears('early', 'late');
  });

  it('publishes again what the bus did not take', async () => {
    bus.failures = 2;
    await happen('a');
    startRelay();
    await hears('a');
    expect(bus.failures).toBe(0);
  });

  it('continues from its checkpoint after a restart', async () => {
    await happen('a');
    const first = startRelay();
    await hears('a');
    await first.stop();
    await happen('b');
    startRelay();
    await hears('a', 'b');
  });

  it('passes over events that are nobody else’s business, and tells several messages of one event', async () => {
    await happen('private');
    await happen('twofold');
    startRelay((event) => (event.streamId === 'private' ? undefined : [toMessage(event), { ...toMessage(event), key: 'second' }]));
    await hears('twofold', 'second');
  });

  it('stops at an event that cannot be translated, rather than lose it', async () => {
    await happen('strange');
    await happen('a');
    let refusals = 0;
    const relay = startRelay((event) => {
      if (event.streamId !== 'strange') return toMessage(event);
      refusals++;
      throw new Error('what is this?');
    });
    await eventually(() => expect(refusals).toBeGreaterThan(1));
    await relay.stop();
    expect(bus.heard).toEqual([]);
    startRelay();
    await hears('strange', 'a');
  });

  it('lets one relay of a schema publish, and another take over when it stops', async () => {
    const first = startRelay();
    await happen('a');
    await hears('a');
    const second = startRelay();
    await happen('b');
    await hears('a', 'b');
    await first.stop();
    await happen('c');
    await hears('a', 'b', 'c');
    await second.stop();
    expect(bus.heard).toEqual(['a', 'b', 'c']);
  });

  it('goes on after its connection was lost', async () => {
    startRelay();
    await happen('a');
    await hears('a');
    await fixture.dataSource.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()');
    await happen('b');
    await hears('a', 'b');
  });

  it('reports how many events wait and since when, while the bus takes none, and that none do once it has', async () => {
    const reports = (lag: Omit<RelayLag, 'service'>) => eventually(() => expect(bus.reports.at(-1)).toEqual({ service: store.schema, ...lag }));
    bus.failures = Number.POSITIVE_INFINITY;
    for (const name of ['a', 'b', 'c']) await happen(name);
    const [oldest] = await store.load('a');
    startRelay();
    await reports({ waiting: 3, oldestAt: oldest!.recordedAt });
    await happen('d');
    await reports({ waiting: 4, oldestAt: oldest!.recordedAt });
    bus.failures = 0;
    await reports({ waiting: 0, oldestAt: undefined });
    expect(bus.heard).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reports that a committed event waits for an older transaction, whose own events do not count yet', async () => {
    startRelay();
    await eventually(() => expect(bus.reports.at(-1)).toMatchObject({ waiting: 0 }));
    const early = fixture.dataSource.createQueryRunner();
    await early.startTransaction();
    await happen('early', early.manager);
    await happen('late');
    await eventually(() => expect(bus.reports.at(-1)).toMatchObject({ waiting: 1 }));
    await early.commitTransaction();
    await early.release();
    await eventually(() => expect(bus.reports.at(-1)).toMatchObject({ waiting: 0 }));
    expect(bus.heard).toEqual(['early', 'late']);
  });

  it('relays whether or not it can report, and reports again when it can', async () => {
    bus.deafToReports = true;
    startRelay();
    await happen('a');
    await hears('a');
    expect(bus.reports).toEqual([]);
    bus.deafToReports = false;
    await eventually(() => expect(bus.reports.at(-1)).toMatchObject({ waiting: 0 }));
  });

  it('gives its connection back without its lock', async () => {
    const relay = startRelay();
    await happen('a');
    await hears('a');
    await relay.stop();
    const locks = await fixture.dataSource.query(`SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory'`);
    expect(locks).toEqual([{ held: 0 }]);
  });
});
