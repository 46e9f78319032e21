import type { EntityManager } from 'typeorm';
import type { EventMetadata } from './event.js';
import { runPrepared } from './prepared-statement.js';

/** A row of the `events` table. */
export interface EventRow {
  readonly id: string;
  readonly streamId: string;
  readonly version: number;
  readonly globalPosition: string;
  readonly transactionId: string;
  readonly tenant: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
  readonly metadata: EventMetadata;
  readonly recordedAt: Date;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

export type NewEventRow = Omit<EventRow, 'globalPosition' | 'transactionId'>;

/** A row without its place in the chain. */
export type ReadEventRow = Omit<EventRow, 'previousHash' | 'hash'>;

/** A place in the order of all events of a store. */
export interface Position {
  readonly transactionId: bigint;
  readonly globalPosition: bigint;
}

/** Before the first event. */
export const BEGINNING: Position = { transactionId: 0n, globalPosition: 0n };

/** What is read of an event: all but what its hash protects it by. */
const READ_COLUMNS = `event_id AS id, stream_id AS "streamId", version, global_position::text AS "globalPosition",
  transaction_id::text AS "transactionId", tenant, type, schema_version AS "schemaVersion", payload AS data, metadata,
  recorded_at AS "recordedAt"`;

export const COLUMNS = `${READ_COLUMNS}, previous_hash AS "previousHash", hash`;

export async function selectStream(manager: EntityManager, schema: string, streamId: string): Promise<EventRow[]> {
  const statement = { name: `${schema} stream`, text: `SELECT ${COLUMNS} FROM ${schema}.events WHERE stream_id = $1 ORDER BY version` };
  return runPrepared<EventRow>(manager, statement, [streamId]);
}

/**
 * All events by stream, each oldest first, over a cursor of the caller's transaction. The order of bytes is asked for by name, so
 * that it is the same in every database, and kinds of streams, which begin alike, stand together.
 */
export async function* fetchByStream(manager: EntityManager, schema: string, limit: number): AsyncGenerator<ReadEventRow[], void, void> {
  await manager.query(`SET LOCAL cursor_tuple_fraction = 1`);
  await manager.query(`SET LOCAL work_mem = '64MB'`);
  await manager.query(
    `DECLARE events_by_stream NO SCROLL CURSOR FOR
      SELECT ${READ_COLUMNS} FROM ${schema}.events ORDER BY stream_id COLLATE "C", version`,
  );
  for (;;) {
    const rows = await manager.query<ReadEventRow[]>(`FETCH ${limit} FROM events_by_stream`);
    if (rows.length > 0) yield rows;
    if (rows.length < limit) break;
  }
  await manager.query('CLOSE events_by_stream');
}

export async function selectHead(manager: EntityManager, schema: string, streamId: string): Promise<{ version: number; hash: Buffer } | undefined> {
  const rows = await manager.query<{ version: number; hash: Buffer }[]>(
    `SELECT version, hash FROM ${schema}.events WHERE stream_id = $1 ORDER BY version DESC LIMIT 1`,
    [streamId],
  );
  return rows[0];
}

/**
 * Events of all streams in order, from after a position on. `settled` leaves out those that an event of a transaction
 * still running could yet precede: positions are handed out before commit, and a follower that read past such an event
 * would never see it.
 */
export async function selectAfter(
  manager: EntityManager,
  schema: string,
  after: Position,
  { limit, settled }: { limit: number; settled: boolean },
): Promise<EventRow[]> {
  return manager.query<EventRow[]>(
    `SELECT ${COLUMNS} FROM ${schema}.events AS event
      WHERE (event.transaction_id, event.global_position) > ($1::xid8, $2::bigint)
        ${settled ? 'AND event.transaction_id < pg_snapshot_xmin(pg_current_snapshot())' : ''}
      ORDER BY event.transaction_id, event.global_position
      LIMIT $3`,
    [String(after.transactionId), String(after.globalPosition), limit],
  );
}

/**
 * Inserts the rows of a stream in their order; answers the positions the database gave. Inserts nothing and answers undefined in a
 * transaction that is older than the one of the stream's last event, as it is when it has written elsewhere first: these events would stand
 * in the log before the one they follow.
 */
export async function insertEvents(manager: EntityManager, schema: string, rows: readonly NewEventRow[]): Promise<Position[] | undefined> {
  const statement = {
    name: `${schema} append`,
    text: `INSERT INTO ${schema}.events
             (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash)
           SELECT event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash
             FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::jsonb[], $8::jsonb[],
                         $9::timestamptz[], $10::bytea[], $11::bytea[])
               AS given (event_id, stream_id, version, tenant, type, schema_version, payload, metadata, recorded_at, previous_hash, hash)
            WHERE pg_current_xact_id() >= coalesce((SELECT transaction_id FROM ${schema}.events WHERE stream_id = ($2::text[])[1] AND version = ($3::integer[])[1] - 1), '0')
            ORDER BY version
           RETURNING version, global_position::text AS "globalPosition", transaction_id::text AS "transactionId"`,
  };
  const inserted = await runPrepared<{ version: number; globalPosition: string; transactionId: string }>(
    manager,
    statement,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.streamId),
      rows.map((row) => row.version),
      rows.map((row) => row.tenant),
      rows.map((row) => row.type),
      rows.map((row) => row.schemaVersion),
      rows.map((row) => JSON.stringify(row.data)),
      rows.map((row) => JSON.stringify(row.metadata)),
      rows.map((row) => row.recordedAt.toISOString()),
      rows.map((row) => row.previousHash),
      rows.map((row) => row.hash),
    ],
  );
  if (inserted.length === 0 && rows.length > 0) return undefined;
  return inserted.sort((one, other) => one.version - other.version).map((row) => ({ globalPosition: BigInt(row.globalPosition), transactionId: BigInt(row.transactionId) }));
}
