import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { WindlassError } from '@windlass/errors';
import { createLogger } from '@windlass/telemetry';
import type { BusMessage, EventBus } from '../event-bus.js';
import { eventBusContract } from '../testing/event-bus-contract.js';
import { partitionOf, PARTITIONS } from '../partition-of.js';
import { enrollGroup, insertMessages, partitionsWithWork, readBatch, readProgress } from './message-table.js';
import { migrateBusSchema } from './bus-schema.js';
import { PostgresEventBus, type PostgresEventBusOptions } from './postgres-event-bus.js';

const logger = createLogger('bus-spec', { level: 'silent' });
const QUICK = { firstMilliseconds: 1, capMilliseconds: 20, maxFailures: 4 };

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

  it('passes a message over for good that was set aside before keys could stop', async () => {
    await server.ensureDatabase('older');
    const connectionString = server.connectionString('older');
    const older = new Client({ connectionString });
    await older.connect();
    await migrateBusSchema(older, 1);
    await older.query(`INSERT INTO bus.dead_letters (consumer_group, topic, partition, transaction_id, position, key, id, payload, headers, error)
      VALUES ('g', $1, $2, '1', 1, 'k', 'set aside', '', '{}', 'Error: indigestible')`, [topic, partitionOf('k')]);
    const bus = await open({ connectionString });
    await bus.publish([message('k', 'a'), message('k', 'b')]);
    let failures = 0;
    const handled = await consumed(bus, 'g', 2, async () => {
      if (failures++ < 4) throw new Error('not well');
    });
    expect(handled).toEqual(['a', 'b']);
    await older.end();
  });

  it.each([
    ['what is much alike, in less room', Buffer.from('{"line":"much alike"}'.repeat(5_000)), 0.1],
    ['what cannot be made smaller', randomBytes(100_000), 1],
    ['what is not worth it', Buffer.from('small'.repeat(100)), 1],
  ])('keeps large messages and hands them over unchanged: %s', async (_, payload, most) => {
    const bus = await open();
    await bus.publish([{ ...message('k', 'before') }, { ...message('k', 'large'), payload }, { ...message('k', 'after') }]);
    const { rows } = await operator.query<{ bytes: number }>(`SELECT octet_length(payload) AS bytes FROM bus.messages WHERE topic = $1 AND id = 'large'`, [topic]);
    expect(rows[0]?.bytes).toBeLessThanOrEqual(payload.length * most);
    const received: BusMessage[] = [];
    expect(await consumed(bus, 'g', 3, async (messages) => void received.push(...messages))).toEqual(['before', 'large', 'after']);
    expect(payload.equals(received[1]?.payload ?? Buffer.alloc(0))).toBe(true);
  });

  it('counts what a batch holds by what was published', async () => {
    const bus = await open();
    const payload = Buffer.alloc(3 * 1024 * 1024);
    await bus.publish([1, 2, 3, 4].map((number) => ({ ...message('k', String(number)), payload })));
    const partition = { group: 'g', topic, partition: partitionOf('k') };
    await enrollGroup(operator, 'g', [topic]);
    const progress = await readProgress(operator, partition);
    expect((await readBatch(operator, partition, { ...progress!, batchLimit: 10 })).map(({ message: { id } }) => id)).toEqual(['1', '2']);
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
      const idle = await bus.consume({ group: 'idle', topics: [topic], onMessages: () => Promise.reject(new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'busy' })) });
      await bus.publish([message('k')]);
      await consumed(bus, 'quick', 1);
      expect(await bus.prune()).toBe(0);
      expect(await stored()).toEqual(['k']);
      await idle.stop();
      await bus.forgetGroup('idle');
      expect(await bus.prune()).toBe(1);
    });

    it('forgets what a newer message of the same entity states, once every group has taken that', async () => {
      const bus = await open();
      const entity = (name: string, id: string): BusMessage => ({ ...message('k', id), entity: name });
      await bus.publish([entity('x', 'x1'), entity('y', 'y1'), entity('x', 'x2'), message('k', 'plain'), message('k', 'plain too')]);
      expect(await bus.prune(0)).toBe(1);
      expect(await stored()).toEqual(['y1', 'x2', 'plain', 'plain too']);
      const idle = await bus.consume({ group: 'idle', topics: [topic], onMessages: () => Promise.reject(new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'busy' })) });
      await bus.publish([entity('y', 'y2')]);
      expect(await bus.prune(0)).toBe(0);
      await idle.stop();
      await bus.forgetGroup('idle');
      expect(await bus.prune(3_600_000)).toBe(0);
      expect(await bus.prune(0)).toBe(1);
      expect(await consumed(bus, 'newcomer', 4)).toEqual(['x2', 'plain', 'plain too', 'y2']);
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
