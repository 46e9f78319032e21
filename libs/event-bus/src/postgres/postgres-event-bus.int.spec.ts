import { Client } from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { WindlassError } from '@windlass/errors';
import { createLogger } from '@windlass/telemetry';
import type { BusMessage, EventBus } from '../event-bus.js';
import { eventBusContract } from '../testing/event-bus-contract.js';
import { enrollGroup, insertMessages, partitionOf, PARTITIONS, partitionsWithWork, readBatch, readProgress } from './message-table.js';
import { PostgresEventBus, type PostgresEventBusOptions } from './postgres-event-bus.js';

const logger = createLogger('bus-spec', { level: 'silent' });
const QUICK = { firstMilliseconds: 1, capMilliseconds: 20 };

async function connected(server: TemporaryPostgres): Promise<Client> {
  const client = new Client({ connectionString: server.connectionString(server.database) });
  await client.connect();
  return client;
}

eventBusContract('PostgresEventBus', async () => {
  const server = await startTemporaryPostgres();
  const operator = await connected(server);
  return {
    open: () => PostgresEventBus.open({ connectionString: server.connectionString(server.database), logger, retry: QUICK }),
    interrupt: async () => void (await operator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()')),
    stop: async () => {
      await operator.end();
      await server.stop();
    },
  };
});

describe('PostgresEventBus', () => {
  let server: TemporaryPostgres;
  let operator: Client;
  let opened: EventBus[];
  let topics = 0;
  let topic: string;

  beforeAll(async () => {
    server = await startTemporaryPostgres();
    operator = await connected(server);
  });
  afterAll(async () => {
    await operator?.end();
    await server?.stop();
  });
  beforeEach(() => {
    opened = [];
    topic = `t${++topics}`;
  });
  afterEach(() => Promise.all(opened.map((bus) => bus.close())));

  const open = async (options: Partial<PostgresEventBusOptions> = {}): Promise<PostgresEventBus> => {
    const bus = await PostgresEventBus.open({ connectionString: server.connectionString(server.database), logger, retry: QUICK, ...options });
    opened.push(bus);
    return bus;
  };
  const message = (key: string, id = key): BusMessage => ({ topic, key, id, payload: Buffer.from(id) });

  /** Consumes until as many messages were handled, and answers their ids. */
  const consumed = (bus: EventBus, group: string, count: number, before: (messages: readonly BusMessage[]) => Promise<void> = async () => undefined): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const ids: string[] = [];
      const onMessages = async (messages: readonly BusMessage[]): Promise<void> => {
        await before(messages);
        ids.push(...messages.map(({ id }) => id));
        if (ids.length >= count) void consumption.then((running) => running.stop()).then(() => resolve(ids), reject);
      };
      const consumption = bus.consume({ group, topics: [topic], onMessages });
      consumption.catch(reject);
    });

  it('can be opened by several processes at the same moment on a database without its tables', async () => {
    await server.ensureDatabase('fresh');
    const connectionString = server.connectionString('fresh');
    const buses = await Promise.all([1, 2, 3, 4].map(() => PostgresEventBus.open({ connectionString, logger })));
    await Promise.all(buses.map((bus) => bus.publish([message('k')])));
    await Promise.all(buses.map((bus) => bus.close()));
  });

  it('refuses tables that a newer program has changed', async () => {
    await server.ensureDatabase('newer');
    const connectionString = server.connectionString('newer');
    await (await PostgresEventBus.open({ connectionString, logger })).close();
    const newer = new Client({ connectionString });
    await newer.connect();
    await newer.query('INSERT INTO bus.migrations (version) VALUES (1000)');
    await newer.end();
    await expect(PostgresEventBus.open({ connectionString, logger })).rejects.toThrow('run the newer program');
  });

  it('does not skip a message that was committed late', async () => {
    const bus = await open();
    await enrollGroup(operator, 'g', [topic]);
    const publisher = await connected(server);
    await publisher.query('BEGIN');
    await insertMessages(publisher, [message('k', 'early')]);
    await bus.publish([message('k', 'late')]);

    const partition = { group: 'g', topic, partition: partitionOf('k') };
    const progress = await readProgress(operator, partition);
    expect(await partitionsWithWork(operator, 'g', [topic])).toEqual([]);
    expect(await readBatch(operator, partition, { ...progress!, batchLimit: 10 })).toEqual([]);

    await publisher.query('COMMIT');
    await publisher.end();
    expect(await consumed(bus, 'g', 2)).toEqual(['early', 'late']);
  });

  it('holds no transaction open while a handler runs, so that nobody else’s messages wait for it', async () => {
    const bus = await open();
    await bus.publish([message('k')]);
    const counted: number[] = [];
    await consumed(bus, 'g', 1, async () => {
      const { rows } = await operator.query<{ open: number }>(
        'SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR xact_start IS NOT NULL)',
      );
      counted.push(rows[0]!.open);
    });
    expect(counted).toEqual([0]);
  });

  it('sets a message aside that fails every time, and goes on with those behind it', async () => {
    const bus = await open({ retry: { ...QUICK, maxFailures: 3 } });
    await bus.publish(['a', 'poison', 'b', 'c'].map((id) => message('k', id)));
    let alone = 0;
    const handled = await consumed(bus, 'g', 3, async (messages) => {
      if (!messages.some(({ id }) => id === 'poison')) return;
      if (messages.length === 1) alone++;
      throw new Error('indigestible');
    });
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(alone).toBeGreaterThan(0);
    const { rows } = await operator.query('SELECT consumer_group, key, id, payload, error FROM bus.dead_letters WHERE topic = $1', [topic]);
    expect(rows).toEqual([{ consumer_group: 'g', key: 'k', id: 'poison', payload: Buffer.from('poison'), error: 'Error: indigestible' }]);
    expect(await consumed(bus, 'another group', 4)).toEqual(['a', 'poison', 'b', 'c']);
  });

  it('never sets a message aside for a handler that says what it needs is unavailable', async () => {
    const bus = await open({ retry: { ...QUICK, maxFailures: 2 } });
    await bus.publish([message('k')]);
    let failures = 0;
    const handled = await consumed(bus, 'g', 1, async () => {
      if (failures++ < 6) throw new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'the database is down' });
    });
    expect(handled).toEqual(['k']);
  });

  it('lets other keys pass a key whose message fails', async () => {
    const bus = await open({ retry: { firstMilliseconds: 60_000, capMilliseconds: 60_000 } });
    const [sick, well] = ['sick', 'well', 'well2', 'well3', 'well4'].filter((key, i) => i === 0 || partitionOf(key) !== partitionOf('sick'));
    await bus.publish([message(sick!), message(well!)]);
    const handled = await consumed(bus, 'g', 1, async (messages) => {
      if (messages.some(({ key }) => key === sick)) throw new Error('not well');
    });
    expect(handled).toEqual([well]);
  });

  it('spreads keys over all partitions, always the same way', () => {
    const partitions = Array.from({ length: 200 }, (_, i) => partitionOf(`key-${i}`));
    expect(new Set(partitions).size).toBe(PARTITIONS);
    // The first 32 bits of the key's SHA-256 (e3b0c442, 3e23e816), modulo 8: a change would break the order of stored keys.
    expect([partitionOf(''), partitionOf('b')]).toEqual([2, 6]);
  });

  it('hands over large messages in batches of bounded size', async () => {
    const bus = await open();
    const large = Buffer.alloc(3 * 1024 * 1024);
    for (let i = 0; i < 6; i++) await bus.publish([{ ...message('k', `${i}`), payload: large }]);
    let largest = 0;
    await consumed(bus, 'g', 6, async (messages) => {
      largest = Math.max(largest, messages.length);
    });
    expect(largest).toBe(2);
  });

  describe('prune', () => {
    const stored = async (): Promise<string[]> => {
      const { rows } = await operator.query<{ id: string }>('SELECT id FROM bus.messages WHERE topic = $1 ORDER BY position', [topic]);
      return rows.map(({ id }) => id);
    };

    it('deletes what every group is done with once its retention has passed', async () => {
      const bus = await open({ retention: { [topic]: 0 } });
      await bus.publish([message('k', 'a'), message('k', 'b')]);
      await consumed(bus, 'quick', 2);
      expect(await bus.prune()).toBe(2);
      expect(await stored()).toEqual([]);
    });

    it('keeps what a group still has to read, until the group is forgotten', async () => {
      const bus = await open({ retention: { [topic]: 0 } });
      const idle = await bus.consume({ group: 'idle', topics: [topic], onMessages: () => Promise.reject(new Error('busy')) });
      await bus.publish([message('k')]);
      await consumed(bus, 'quick', 1);
      expect(await bus.prune()).toBe(0);
      expect(await stored()).toEqual(['k']);
      await idle.stop();
      await bus.forgetGroup('idle');
      expect(await bus.prune()).toBe(1);
    });

    it('keeps what is younger than the retention, and topics without one', async () => {
      const bus = await open({ retention: { [topic]: 3_600_000, elsewhere: 0 } });
      await bus.publish([message('k')]);
      await consumed(bus, 'g', 1);
      expect(await bus.prune()).toBe(0);
      const careful = await open();
      expect(await careful.prune()).toBe(0);
      expect(await stored()).toEqual(['k']);
    });
  });

  it('leaves no connection and no lock behind when it is closed', async () => {
    const bus = await open();
    await bus.publish([message('k')]);
    await consumed(bus, 'g', 1);
    await bus.close();
    // The server notices the end of a connection in its own time.
    for (const deadline = Date.now() + 20_000; ; ) {
      const { rows } = await operator.query(`SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'windlass bus%'`);
      if (rows.length === 0) break;
      expect(Date.now()).toBeLessThan(deadline);
    }
    const { rows: locks } = await operator.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory'`);
    expect(locks).toEqual([]);
  });
});
