import { rebuildProjection, replay, replayStates, type EndedStream, type EventStore, type Replay } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { ledger, ledgerStore, METADATA, projectSums, startLedgerDatabase, TENANT, type Ledger, type LedgerEvent } from './peers/ledger.js';

const EVENTS = 200_000;
const EVENTS_A_STREAM = 10;
/** Of the slower way, which is told beside it. */
const FEW = 5_000;
const ROUNDS = 3;

export const name = 'projection-rebuild';
export const reach = '≥ 50,000 events/s';
export const measures = `A read model of one row a stream made again from a log of ${EVENTS.toLocaleString('en')} events, ${EVENTS_A_STREAM} a stream and interleaved as
writers append them: read, upcast, folded and written stream by stream (\`replayStates\`). Beside it the same of ${FEW.toLocaleString('en')} events in the order
in which they happened, one statement for each append (\`replay\`), which read models need whose rows depend on the order between streams.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  const database = await startLedgerDatabase(bench, { schemas: ['long', 'short'], poolSize: 2 });
  const long = ledgerStore(database, 'long');
  const short = ledgerStore(database, 'short');
  await fill(long, EVENTS);
  await fill(short, FEW);
  const states = replayStates({ streams: 'ledger-', decider: ledger, write: (manager, ended) => writeSums(manager, long.schema, ended) });
  const events = replay({ owns: () => true, decider: ledger, project: projectSums(short.schema) });
  const rounds = await interleaved({ states: () => eventsPerSecond(long, states, EVENTS), events: () => eventsPerSecond(short, events, FEW) }, ROUNDS);
  const [fast, slow] = [medianOf(rounds, (round) => round.states), medianOf(rounds, (round) => round.events)];
  return [
    { what: 'stream by stream', measured: `${fast.toFixed(0)} events/s`, reach: '≥ 50,000', met: fast >= 50_000 },
    { what: 'event by event', measured: `${slow.toFixed(0)} events/s` },
  ];
}

/** Events as writers of many streams would have appended them: round after round, one for each stream. */
async function fill({ dataSource, schema }: EventStore, count: number): Promise<void> {
  const { data } = ledger.decide(ledger.initial, { amounts: [1] })[0]!;
  await dataSource.query(
    `INSERT INTO ${schema}.events (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash)
     SELECT gen_random_uuid(), 'ledger-' || md5(stream::text), version, $1, 'Added', 1, $2, $3, now(), sha256('previous'), sha256('this')
       FROM generate_series(1, $4::int) AS version, generate_series(1, $5::int) AS stream ORDER BY version, stream`,
    [TENANT, JSON.stringify(data), JSON.stringify(METADATA), EVENTS_A_STREAM, count / EVENTS_A_STREAM],
  );
  await dataSource.query(`VACUUM ANALYZE ${schema}.events`);
}

async function writeSums(manager: EntityManager, schema: string, ended: readonly EndedStream<Ledger, LedgerEvent>[]): Promise<void> {
  await manager.query(
    `INSERT INTO ${schema}.sums (stream_id, version, sum) SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])`,
    [ended.map(({ last }) => last.streamId), ended.map(({ last }) => last.version), ended.map(({ state }) => state.sum)],
  );
}

async function eventsPerSecond(store: EventStore, its: Replay, events: number): Promise<number> {
  const { schema, dataSource } = store;
  const from = performance.now();
  const projected = await rebuildProjection({ store, replays: [its], reset: async (manager) => void (await manager.query(`TRUNCATE ${schema}.sums`)) });
  const seconds = (performance.now() - from) / 1000;
  const rows = (await dataSource.query(`SELECT count(*)::int AS count, sum(sum)::int AS sum FROM ${schema}.sums`)) as { count: number; sum: number }[];
  if (projected !== events || rows[0]?.count !== events / EVENTS_A_STREAM || rows[0].sum !== events) throw new Error(`rebuilt ${projected} events to ${JSON.stringify(rows[0])}`);
  return events / seconds;
}
