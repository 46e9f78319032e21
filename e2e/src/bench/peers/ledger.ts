import { DataSource, type EntityManager } from 'typeorm';
import { startPostgres } from '@windlass/embedded-postgres';
import { createEventTables, EventStore, unknownEvent, type Decider, type Project, type StoredEvent } from '@windlass/event-store';
import { join } from 'node:path';
import type { Bench } from '../frame/bench.js';

/** The aggregate of the event benchmarks: a stream of numbers that are added up. */
export type LedgerEvent = { readonly type: 'Added'; readonly data: { readonly amount: number; readonly note: string } };
export type LedgerCommand = { readonly amounts: readonly number[] };
export interface Ledger {
  readonly sum: number;
}

/** About as much as an event of the platform says. */
const NOTE = 'what was added, by whom and to which end, in as many words as an event of the platform has on average; '.repeat(3);

export const ledger: Decider<Ledger, LedgerCommand, LedgerEvent> = {
  initial: { sum: 0 },
  decide: (_, { amounts }) => amounts.map((amount) => ({ type: 'Added', data: { amount, note: NOTE } })),
  evolve(state, event) {
    return event.type === 'Added' ? { sum: state.sum + event.data.amount } : unknownEvent(event.type);
  },
};

export const METADATA = { actor: '8f14e45fceea167a5a36dedd4bea2543', actorName: 'ann', requestId: 'c0f647eb-c1d4-4eb9-96eb-14d7673e0547', sourceAddress: '127.0.0.1' };
export const TENANT = 'c9f0f895fb98ab9159f51fd0297e236d';

export const UPSERT_SUM = (schema: string): string =>
  `INSERT INTO ${schema}.sums (stream_id, version, sum) VALUES ($1, $2, $3)
   ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, sum = excluded.sum`;

/** The local read model: the sum of each stream, in the appending transaction. */
export function projectSums(schema: string): Project<Ledger, LedgerEvent> {
  const upsert = UPSERT_SUM(schema);
  return async (manager: EntityManager, events: readonly StoredEvent<LedgerEvent>[], { sum }) => {
    const last = events.at(-1)!;
    await manager.query(upsert, [last.streamId, last.version, sum]);
  };
}

export interface LedgerDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
}

/** A PostgreSQL of its own, as durable as the platform's, with the tables of a store and its read model in each of the schemas. */
export async function startLedgerDatabase(bench: Bench, { schemas, poolSize }: { readonly schemas: readonly string[]; readonly poolSize: number }): Promise<LedgerDatabase> {
  const folder = bench.folder();
  const server = await startPostgres({ dataDirectory: join(folder, 'data'), socketDirectory: join(folder, 'socket') });
  bench.cleanup(() => server.stop());
  await server.ensureDatabase('bench');
  const url = server.connectionString('bench');
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize }).initialize();
  bench.cleanup(() => dataSource.destroy());
  const runner = dataSource.createQueryRunner();
  try {
    for (const schema of schemas) {
      await createEventTables(runner, schema);
      await runner.query(`CREATE TABLE ${schema}.sums (stream_id text PRIMARY KEY, version integer NOT NULL, sum bigint NOT NULL)`);
    }
  } finally {
    await runner.release();
  }
  return { url, dataSource };
}

/** A store of one of the schemas. */
export function ledgerStore({ dataSource }: LedgerDatabase, schema: string): EventStore {
  return new EventStore(dataSource, { schema });
}
