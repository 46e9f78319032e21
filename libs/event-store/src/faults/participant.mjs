// One process of a fault run: a writer, a relay or a consumer, as services are made of them. It is killed at any moment.
// What it must not forget it writes to its standard output, which on Linux is written before the call returns.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openEventBus } from '@windlass/event-bus';
import { EventRelay, EventStore } from '@windlass/event-store';
import { createLogger } from '@windlass/telemetry';
import { DataSource } from 'typeorm';

const { role, name, databaseUrl, kafka, schema, streams, writers, deaths } = JSON.parse(process.argv[2]);
const logger = createLogger(name, { level: 'silent' });
const TOPIC = 'faults.counters';
const RETRY_MILLISECONDS = 50;

const dataSource = await persistently(() => new DataSource({ type: 'postgres', url: databaseUrl, poolErrorHandler: () => undefined }).initialize());
const stops = { writer: write, relay, consumer: consume };
const stop = await stops[role]();
process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
say('ready');

/** Commands to a few streams, several at once, so that some meet. Told before it is tried and once it was acknowledged. */
async function write() {
  const store = new EventStore(dataSource, { schema });
  const counter = { initial: 0, decide: (_total, operation) => [{ type: 'counted', data: { operation } }], evolve: (total) => total + 1 };
  const project = async (manager, events, total) => {
    for (const event of events) await manager.query(`INSERT INTO ${schema}.totals VALUES ($1, $2, $3) ON CONFLICT (stream) DO UPDATE SET total = $2, last = $3`, [event.streamId, total, event.data.operation]);
  };
  let stopping = false;
  const loops = Array.from({ length: writers }, async () => {
    while (!stopping) {
      const operation = randomUUID();
      const streamId = `counter-${Math.floor(Math.random() * streams)}`;
      say(`try ${operation}`);
      try {
        await store.execute({ streamId, tenant: 't', decider: counter, command: operation, metadata: { actor: name, requestId: operation }, project });
        say(`ack ${operation}`);
      } catch {
        // Whether it happened is not known: the checker allows both, once.
        await delay(RETRY_MILLISECONDS);
      }
    }
  });
  return async () => {
    stopping = true;
    await Promise.all(loops);
  };
}

async function relay() {
  const bus = await persistently(() => openEventBus({ databaseUrl, kafka, publisher: 'faults', logger }));
  const translate = ({ streamId, version, id, data }) => ({ topic: TOPIC, key: streamId, id, payload: Buffer.from(JSON.stringify({ version, operation: data.operation })) });
  // The worst moment to die: published, and the checkpoint not yet moved.
  const publish = async (messages) => {
    await bus.publish(messages);
    if (messages.length > 0) mayDie();
  };
  const relaying = new EventRelay({ dataSource, schema, bus: { publish, identity: () => bus.identity(), reportRelay: (lag) => bus.reportRelay(lag) }, translate, logger });
  relaying.start();
  return async () => {
    await relaying.stop();
    await bus.close();
  };
}

/** Another service's projection: it keeps the last revision it applied, in the transaction of what it does. */
async function consume() {
  const bus = await persistently(() => openEventBus({ databaseUrl, kafka, publisher: name, logger }));
  const apply = async (manager, { key, payload }) => {
    const { version, operation } = JSON.parse(Buffer.from(payload).toString('utf8'));
    await manager.query('INSERT INTO heard.streams VALUES ($1, 0) ON CONFLICT DO NOTHING', [key]);
    const [{ revision }] = await manager.query('SELECT revision FROM heard.streams WHERE stream = $1 FOR UPDATE', [key]);
    if (version <= revision) return;
    await manager.query('UPDATE heard.streams SET revision = $2 WHERE stream = $1', [key, version]);
    await manager.query('INSERT INTO heard.applied (stream, revision, operation, consumer) VALUES ($1, $2, $3, $4)', [key, version, operation, name]);
  };
  const onMessages = async (messages) => {
    await dataSource.transaction(async (manager) => {
      for (const message of messages) await apply(manager, message);
    });
    // The worst moment to die: applied, and the bus not yet told.
    mayDie();
  };
  const consumption = await persistently(() => bus.consume({ group: 'faults', topics: [TOPIC], onMessages }));
  return async () => {
    await consumption.stop();
    await bus.close();
  };
}

/** Kills this process by chance, without a word, as whoever kills from outside rarely hits just here. */
function mayDie() {
  if (Math.random() < deaths) process.kill(process.pid, 'SIGKILL');
}

/** What a start needs may be down: it is asked for until it is there. Who started this process bounds that. */
async function persistently(open) {
  for (;;) {
    try {
      return await open();
    } catch {
      await delay(RETRY_MILLISECONDS);
    }
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
