import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { EventStore } from '@windlass/event-store';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { ledger, ledgerStore, METADATA, projectSums, startLedgerDatabase, TENANT, UPSERT_SUM, type LedgerDatabase } from './peers/ledger.js';

const SECONDS = 1.5;
const COMMANDS_A_STREAM = 5;
const CHECKED = 500;
const LOADS = [
  { writers: 1, batch: 1 },
  { writers: 8, batch: 1 },
  { writers: 32, batch: 1 },
  { writers: 8, batch: 10 },
] as const;
const MOST_WRITERS = Math.max(...LOADS.map(({ writers }) => writers));

export const name = 'event-append';
export const reach = 'events/s of the store against the same rows by bare pg: ≥ 0.7; local read model: 0 commands late';
export const measures = `Commands a second through the event store (load the stream, decide, append, update the read model, in one transaction) against a bare
\`pg\` client that only inserts the same rows into the same tables, event and read model, in one transaction; streams of ${COMMANDS_A_STREAM} commands,
PostgreSQL as durable as the platform's. And whether a client finds the read model changed the moment its command is answered: over
another connection, with event and read model written by one transaction.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  const database = await startLedgerDatabase(bench, { schemas: ['stored', 'bare'], poolSize: MOST_WRITERS + 2 });
  const store = ledgerStore(database, 'stored');
  const clients = await connected(bench, database, MOST_WRITERS);
  const rows: Row[] = [];
  for (const { writers, batch } of LOADS) {
    const sides = {
      stored: () => eventsPerSecond(writers, batch, () => storedWriter(store, batch)),
      bare: () => eventsPerSecond(writers, batch, (writer) => bareWriter(clients[writer]!, batch)),
    };
    await sides.stored();
    await sides.bare();
    const rounds = await interleaved(sides);
    const ratio = medianOf(rounds, ({ stored, bare }) => stored / bare);
    const speed = (side: 'stored' | 'bare'): string => medianOf(rounds, (round) => round[side]).toFixed(0);
    rows.push({
      what: `${writers === 1 ? '1 writer' : `${writers} writers`}, ${batch === 1 ? '1 event' : `${batch} events`} a command`,
      measured: `${ratio.toFixed(2)} (${speed('stored')} of ${speed('bare')} events/s)`,
      reach: '≥ 0.7',
      met: ratio >= 0.7,
    });
  }
  return [...rows, await localReadModel(store, clients[0]!)];
}

/** Has the writers repeat their command for a while, each after its own last one. */
async function eventsPerSecond(writers: number, batch: number, writer: (number: number) => () => Promise<void>): Promise<number> {
  const from = performance.now();
  const until = from + SECONDS * 1000;
  let commands = 0;
  await Promise.all(
    Array.from({ length: writers }, async (_, number) => {
      const command = writer(number);
      while (performance.now() < until) {
        await command();
        commands += 1;
      }
    }),
  );
  return (commands * batch * 1000) / (performance.now() - from);
}

function storedWriter(store: EventStore, batch: number): () => Promise<void> {
  const project = projectSums(store.schema);
  const command = { amounts: Array.from({ length: batch }, (_, index) => index) };
  let streamId = '';
  let turn = 0;
  return async () => {
    if (turn++ % COMMANDS_A_STREAM === 0) streamId = `ledger-${randomUUID()}`;
    await store.execute({ streamId, tenant: TENANT, decider: ledger, command, metadata: METADATA, project });
  };
}

function bareWriter(client: Client, batch: number): () => Promise<void> {
  const insert = {
    name: 'insert events',
    text: `INSERT INTO bare.events (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::jsonb[], $8::jsonb[],
                                $9::timestamptz[], $10::bytea[], $11::bytea[])
           RETURNING global_position, transaction_id`,
  };
  // As on the other side: how a read model is written is its service's affair.
  const upsert = UPSERT_SUM('bare');
  const decided = ledger.decide(ledger.initial, { amounts: Array.from({ length: batch }, (_, index) => index) });
  const columns = decided.map(({ type, data }) => ({ type, data: JSON.stringify(data), metadata: JSON.stringify(METADATA), at: new Date().toISOString(), hash: Buffer.alloc(32, 7) }));
  let streamId = '';
  let version = 0;
  let turn = 0;
  return async () => {
    if (turn++ % COMMANDS_A_STREAM === 0) [streamId, version] = [`ledger-${randomUUID()}`, 0];
    await client.query('BEGIN');
    await client.query({
      ...insert,
      values: [
        columns.map(() => randomUUID()),
        columns.map(() => streamId),
        columns.map((_, index) => version + index + 1),
        columns.map(() => TENANT),
        columns.map(({ type }) => type),
        columns.map(() => 1),
        columns.map(({ data }) => data),
        columns.map(({ metadata }) => metadata),
        columns.map(({ at }) => at),
        columns.map(({ hash }) => hash),
        columns.map(({ hash }) => hash),
      ],
    });
    version += batch;
    await client.query(upsert, [streamId, version, version]);
    await client.query('COMMIT');
  };
}

/** Commands after whose answer another connection does not find the read model of the very transaction that appended. */
async function localReadModel(store: EventStore, reader: Client): Promise<Row> {
  const project = projectSums(store.schema);
  let late = 0;
  for (let command = 0; command < CHECKED; command += 1) {
    const { streamId, amounts } = { streamId: `checked-${command % 50}`, amounts: [1] };
    const { version } = await store.execute({ streamId, tenant: TENANT, decider: ledger, command: { amounts }, metadata: METADATA, project });
    const { rows } = await reader.query<{ version: number; together: boolean }>(
      `SELECT sums.version, sums.xmin = events.xmin AS together FROM ${store.schema}.sums JOIN ${store.schema}.events USING (stream_id, version) WHERE stream_id = $1`,
      [streamId],
    );
    if (rows[0]?.version !== version || !rows[0].together) late += 1;
  }
  return { what: 'append to local read model', measured: `${late} of ${CHECKED} commands late: one transaction wrote both`, reach: '0', met: late === 0 };
}

async function connected(bench: Bench, { url }: LedgerDatabase, count: number): Promise<Client[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      bench.cleanup(() => client.end());
      return client;
    }),
  );
}
