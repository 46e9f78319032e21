import { randomUUID } from 'node:crypto';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import type { BusMessage, EventBus } from '../event-bus.js';
import { partitionOf, PARTITIONS } from '../partition-of.js';
import { eventBusContract } from '../testing/event-bus-contract.js';
import { kafkaUnderTest, startCuttingProxy, type CuttingProxy } from '../testing/kafka-under-test.js';
import { KafkaEventBus, type KafkaEventBusOptions } from './kafka-event-bus.js';

const kafka = kafkaUnderTest();
const logger = createLogger('bus-spec', { level: 'silent' });
const QUICK = { firstMilliseconds: 1, capMilliseconds: 20, maxFailures: 4 };

if ('lacking' in kafka) {
  process.stderr.write(`skipped "KafkaEventBus": ${kafka.lacking}\n`);
  it.skip(`KafkaEventBus (${kafka.lacking})`, () => undefined);
} else {
  let proxy: CuttingProxy;
  beforeAll(async () => {
    proxy = await startCuttingProxy(kafka.proxy);
  });
  afterAll(() => proxy?.stop());

  eventBusContract('KafkaEventBus', async () => {
    const server = await startTemporaryPostgres();
    const connectionString = server.connectionString(server.database);
    return {
      open: () => KafkaEventBus.open({ brokers: [proxy.address], publisher: randomUUID(), connectionString, logger, retry: QUICK }),
      interrupt: async () => proxy.cut(),
      stop: () => server.stop(),
    };
  });

  describe('KafkaEventBus', () => {
    let server: TemporaryPostgres;
    let opened: EventBus[];
    let topic: string;

    beforeAll(async () => {
      server = await startTemporaryPostgres();
    });
    afterAll(() => server?.stop());
    beforeEach(() => {
      opened = [];
      topic = `topic-${randomUUID()}`;
    });
    afterEach(() => Promise.all(opened.map((bus) => bus.close())));

    const open = async (options: Partial<KafkaEventBusOptions> = {}): Promise<KafkaEventBus> => {
      const bus = await KafkaEventBus.open({ brokers: [proxy.address], publisher: randomUUID(), connectionString: server.connectionString(server.database), logger, retry: QUICK, ...options });
      opened.push(bus);
      return bus;
    };
    const message = (key: string, id = key): BusMessage => ({ topic, key, id, payload: Buffer.from(id) });
    const consumed = (bus: EventBus, group: string, count: number, from = topic): Promise<BusMessage[]> =>
      new Promise((resolve, reject) => {
        const handled: BusMessage[] = [];
        const onMessages = async (messages: readonly BusMessage[]): Promise<void> => {
          handled.push(...messages);
          if (handled.length >= count) void consumption.then((running) => running.stop()).then(() => resolve(handled), reject);
        };
        const consumption = bus.consume({ group, topics: [from], onMessages });
        consumption.catch(reject);
      });

    it('lets a process that takes over a publisher’s name end what the older one left, and keeps the older one from publishing on', async () => {
      const publisher = randomUUID();
      const [older, newer] = [await open({ publisher }), await open({ publisher })];
      await older.publish([message('k', 'k-0')]);
      await newer.publish([message('k', 'k-1')]);
      await expect(older.publish([message('k', 'late')])).rejects.toThrow();
      await newer.publish([message('k', 'k-2')]).catch(() => newer.publish([message('k', 'k-2')]));
      const handled = await consumed(newer, 'g', 3);
      expect(handled.map(({ id }) => id)).toEqual(['k-0', 'k-1', 'k-2']);
    });

    it('publishes calls that come at the same time, each in its own order', async () => {
      const bus = await open();
      await Promise.all(Array.from({ length: 50 }, (_, i) => bus.publish([message(`key-${i % 5}`, `${i}-a`), message(`key-${i % 5}`, `${i}-b`)])));
      const handled = await consumed(bus, 'g', 100);
      for (let key = 0; key < 5; key++) {
        const ids = handled.filter((one) => one.key === `key-${key}`).map(({ id }) => id);
        expect(ids).toEqual(Array.from({ length: 10 }, (_, i) => i * 5 + key).flatMap((i) => [`${i}-a`, `${i}-b`]));
      }
    });

    it('refuses what no record can carry, and publishes nothing of that call', async () => {
      const bus = await open();
      const bad = [message('a\0b'), message('k'.repeat(513)), { ...message('k'), topic: 'no name' }, { ...message('k'), id: undefined as unknown as string }];
      for (const one of bad) await expect(bus.publish([message('k', 'swallowed'), one])).rejects.toThrow(TypeError);
      await bus.publish([message('k', 'good')]);
      expect((await consumed(bus, 'g', 1)).map(({ id }) => id)).toEqual(['good']);
    });

    it('starts, publishes and consumes once the broker is there, if it was away', async () => {
      await proxy.shut();
      const bus = await open();
      const failing = bus.publish([message('k', 'lost')]);
      const consuming = consumed(bus, 'g', 1);
      await expect(failing).rejects.toThrow();
      await proxy.open();
      for (;;) if (await bus.publish([message('k', 'k-0')]).then(() => true, () => false)) break;
      expect((await consuming).map(({ id }) => id)).toEqual(['k-0']);
    });

    it('copies a message that failed too often to the topic of dead letters, with the reason', async () => {
      const prefix = `p${randomUUID()}`;
      const bus = await open({ prefix });
      await bus.consume({ group: 'g', topics: [topic], onMessages: () => Promise.reject(new Error('indigestible')) });
      await bus.publish([{ ...message('k', 'poison'), headers: { color: 'green' } }, message('k', 'behind')]);
      const [letter] = await consumed(bus, 'operators', 1, 'dead-letters');
      expect(letter).toMatchObject({ id: 'poison', headers: { color: 'green', 'dead-letter-group': 'g', 'dead-letter-topic': topic, 'dead-letter-key': 'k', 'dead-letter-reason': 'Error: indigestible', 'dead-letter-failures': '4' } });
    });

    it('keeps platforms of different prefixes apart', async () => {
      const [one, other] = [await open({ prefix: `a${randomUUID()}` }), await open({ prefix: `b${randomUUID()}` })];
      await one.publish([message('k', 'of one')]);
      await other.publish([message('k', 'of the other')]);
      expect((await consumed(other, 'g', 1)).map(({ id }) => id)).toEqual(['of the other']);
      expect(await one.identity()).not.toBe(await other.identity());
      expect((await one.status()).groups).toEqual([]);
    });

    it('makes topics that keep what somebody may need: catalogs by entity, batches of lines until they are taken', async () => {
      const prefix = `p${randomUUID()}`;
      const bus = await open({ prefix });
      await bus.publish([message('k'), { ...message('k'), topic: 'logs.lines' }]);
      const { Kafka } = await import('kafkajs');
      const admin = new Kafka({ brokers: [proxy.address], logLevel: 0 }).admin();
      await admin.connect();
      const names = [`${prefix}.${topic}.v1`, `${prefix}.logs.lines.v1`];
      const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: names.map((name) => ({ type: 2, name })) });
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      await admin.disconnect();
      const policies = resources.map(({ configEntries }) => ['cleanup.policy', 'retention.ms'].map((wanted) => configEntries.find(({ configName }) => configName === wanted)?.configValue));
      expect(policies).toEqual([['compact', '-1'], ['delete', '-1']]);
      expect(topics.map(({ partitions }) => partitions.length)).toEqual([PARTITIONS, PARTITIONS]);
    });

    it('deletes batches of lines that are old and that every group has taken, and nothing else', async () => {
      const bus = await open({ prefix: `p${randomUUID()}` });
      const line = (id: string): BusMessage => ({ ...message('k', id), topic: 'logs.lines' });
      await bus.publish([line('a'), line('b'), message('k', 'function')]);
      const inAnHour = Date.now() + 2 * 3_600_000;
      await consumed(bus, 'quick', 2, 'logs.lines');
      await bus.prune();
      expect((await consumed(bus, 'before its time', 2, 'logs.lines')).map(({ id }) => id)).toEqual(['a', 'b']);
      await bus.publish([line('c')]);
      await consumed(bus, 'quick', 1, 'logs.lines');
      await bus.prune(inAnHour);
      // "before its time" has not taken the last one.
      expect((await consumed(bus, 'late', 1, 'logs.lines')).map(({ id }) => id)).toEqual(['c']);
      expect((await consumed(bus, 'late', 1)).map(({ id }) => id)).toEqual(['function']);
    });

    it('lays keys out in partitions as the PostgreSQL adapter does', async () => {
      const bus = await open();
      const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
      await bus.publish(keys.map((key) => message(key)));
      const batches: string[][] = [];
      const done = new Promise<void>((resolve) => {
        let count = 0;
        void bus.consume({
          group: 'g',
          topics: [topic],
          onMessages: async (messages) => {
            batches.push(messages.map(({ key }) => key));
            if ((count += messages.length) === keys.length) resolve();
          },
        });
      });
      await done;
      for (const batch of batches) expect(new Set(batch.map(partitionOf)).size).toBe(1);
    });
  });
}
