import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openEventBus, type EventBus, type KafkaAddress } from '@windlass/event-bus';
import { EventRelay, type DomainEvent, type StoredEvent } from '@windlass/event-store';
import { findKafka } from '@windlass/kafka-local';
import { createLogger } from '@windlass/telemetry';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { ledger, ledgerStore, METADATA, projectSums, startLedgerDatabase, TENANT, UPSERT_SUM, type LedgerDatabase } from './peers/ledger.js';

const TOPIC = 'bench.ledgers';
const STREAMS = 50;
const PER_SECOND = 50;
const COMMANDS = 1_000;
const WARM_UP = 200;
const PATIENCE_MS = 30_000;
const REACH_MS = 50;

export const name = 'event-delivery';
export const reach = `append to another service's projection: p99 ≤ ${REACH_MS} ms, on PostgreSQL and on Kafka`;
export const measures = `From the begin of a command (load, decide, append, local read model, commit) until the projection of another service has committed what
the event told: over relay, bus and consumer, with ${PER_SECOND} commands a second on ${STREAMS} streams, ${COMMANDS.toLocaleString('en')} commands. Once with the bus in PostgreSQL and
once on a real Apache Kafka broker of one node, all on this machine; databases as durable as the platform's.`;

const logger = createLogger('bench', { level: 'error' });

export async function run(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const database = await startLedgerDatabase(bench, { schemas: ['source_postgres', 'source_kafka', 'target'], poolSize: 8 });
  rows.push(...(await measureBus(database, { what: 'PostgreSQL', schema: 'source_postgres', kafka: undefined })));
  const kafka = await findKafka();
  if ('lacking' in kafka) return [...rows, { what: 'Kafka', measured: `skipped: ${kafka.lacking}`, reach: `≤ ${REACH_MS} ms` }];
  const broker = await kafka.start();
  bench.cleanup(() => broker.stop());
  rows.push(...(await measureBus(database, { what: 'Kafka', schema: 'source_kafka', kafka: { brokers: [broker.address] } })));
  return rows;
}

interface MeasuredBus {
  readonly what: string;
  /** Of the store. Each bus has one of its own: a bus is told of all that was there before it. */
  readonly schema: string;
  readonly kafka: KafkaAddress | undefined;
}

async function measureBus(database: LedgerDatabase, { what, schema, kafka }: MeasuredBus): Promise<Row[]> {
  const open = (publisher: string): Promise<EventBus> => openEventBus({ databaseUrl: database.url, kafka, publisher, logger });
  const [publishing, consuming] = [await open('source'), await open('target')];
  const store = ledgerStore(database, schema);
  const relay = new EventRelay({ dataSource: database.dataSource, schema, bus: publishing, translate, logger });
  const committed = new Map<string, number>();
  await consuming.consume({
    group: schema,
    topics: [TOPIC],
    onMessages: async (messages) => {
      await database.dataSource.transaction(async (manager) => {
        for (const { key, payload } of messages) await manager.query(UPSERT_SUM('target'), [key, ...(JSON.parse(Buffer.from(payload).toString()) as [number, number])]);
      });
      for (const { id } of messages) committed.set(id, performance.now());
    },
  });
  relay.start();
  const stop = async (): Promise<void> => {
    await relay.stop();
    await Promise.all([publishing.close(), consuming.close()]);
  };
  try {
    const streams = Array.from({ length: STREAMS }, () => `ledger-${randomUUID()}`);
    const project = projectSums(schema);
    const began = new Map<string, number>();
    const command = async (turn: number): Promise<void> => {
      const from = performance.now();
      const { events } = await store.execute({ streamId: streams[turn % STREAMS]!, tenant: TENANT, decider: ledger, command: { amounts: [1] }, metadata: METADATA, project });
      if (turn >= 0) began.set(events[0]!.id, from);
    };
    for (let turn = 0; turn < WARM_UP; turn += 1) await command(turn);
    await until(() => committed.size >= WARM_UP);
    began.clear();
    committed.clear();
    await atSteadyRate(COMMANDS, command);
    await until(() => [...began.keys()].every((id) => committed.has(id)));
    const took = [...began].map(([id, from]) => committed.get(id)! - from).sort((one, other) => one - other);
    const quantile = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))]!;
    return [
      { what: `${what}, p50`, measured: `${quantile(0.5).toFixed(1)} ms` },
      { what: `${what}, p99`, measured: `${quantile(0.99).toFixed(1)} ms (longest ${quantile(1).toFixed(1)} ms)`, reach: `≤ ${REACH_MS} ms`, met: quantile(0.99) <= REACH_MS },
    ];
  } finally {
    await stop();
  }
}

function translate(event: StoredEvent<DomainEvent>) {
  return { topic: TOPIC, key: event.streamId, id: event.id, payload: Buffer.from(JSON.stringify([event.version, event.version])) };
}

/** Starts each at its time, whether those before it have ended or not, so that a slow one hides no waiting of others. */
async function atSteadyRate(count: number, work: (turn: number) => Promise<void>): Promise<void> {
  const from = performance.now();
  const running: Promise<void>[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const early = from + (turn * 1000) / PER_SECOND - performance.now();
    if (early > 0) await delay(early);
    running.push(work(turn));
  }
  await Promise.all(running);
}

async function until(reached: () => boolean): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; !reached(); await delay(5)) {
    if (performance.now() > deadline) throw new Error(`not everything arrived within ${PATIENCE_MS} ms`);
  }
}
