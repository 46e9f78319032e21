import type { Pool, PoolClient } from 'pg';
import type { VictoriaLogsTenant } from './victorialogs-client.js';

/** Lines of one stream, one after another, that VictoriaLogs may not have written out yet. */
export interface UnsettledChunk {
  readonly streamId: string;
  readonly firstLine: bigint;
  readonly lastLine: bigint;
  readonly lines: number;
  readonly rawBytes: number;
  readonly data: Buffer;
  readonly tenant: VictoriaLogsTenant;
  /** How often it was looked for in vain. */
  readonly missed: number;
}

interface Row {
  readonly streamId: string;
  readonly firstLine: string;
  readonly lastLine: string;
  readonly lines: number;
  readonly rawBytes: number;
  readonly data: Buffer;
  readonly accountId: string;
  readonly projectId: string;
  readonly missed: number;
}

const CHUNKS_AT_A_TIME = 200;

/** Writes chunks down; in the transaction that numbers their lines. */
export async function insertUnsettled(client: PoolClient, chunks: readonly UnsettledChunk[]): Promise<void> {
  const tenants = new Map(chunks.map(({ streamId, tenant }) => [streamId, tenant]));
  await client.query(
    `INSERT INTO logs.victorialogs_streams (stream_id, account_id, project_id) SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    [[...tenants.keys()], [...tenants.values()].map(({ accountId }) => accountId), [...tenants.values()].map(({ projectId }) => projectId)],
  );
  // What is binary travels as one value, and each row takes its part of it: a list would travel as text, twice as long.
  let place = 1;
  const places = chunks.map(({ data }) => (place += data.length) - data.length);
  await client.query(
    `INSERT INTO logs.unsettled_lines (stream_id, first_line, last_line, lines, raw_bytes, data)
     SELECT stream_id, first_line, last_line, lines, raw_bytes, substring($1::bytea FROM place FOR data_length)
       FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::integer[], $6::integer[], $7::integer[], $8::integer[])
         AS given (stream_id, first_line, last_line, lines, raw_bytes, place, data_length)`,
    [
      Buffer.concat(chunks.map(({ data }) => data)),
      chunks.map(({ streamId }) => streamId),
      chunks.map(({ firstLine }) => String(firstLine)),
      chunks.map(({ lastLine }) => String(lastLine)),
      chunks.map(({ lines }) => lines),
      chunks.map(({ rawBytes }) => rawBytes),
      places,
      chunks.map(({ data }) => data.length),
    ],
  );
}

/** Lines VictoriaLogs has taken count as those that can be found from now on. */
export async function markPosted(pool: Pool, chunks: readonly Pick<UnsettledChunk, 'streamId' | 'firstLine'>[]): Promise<void> {
  await pool.query(
    `UPDATE logs.unsettled_lines AS unsettled SET posted_at = clock_timestamp()
       FROM unnest($1::uuid[], $2::bigint[]) AS given (stream_id, first_line)
      WHERE unsettled.stream_id = given.stream_id AND unsettled.first_line = given.first_line`,
    columnsOf(chunks),
  );
}

/** Chunks that were posted that long ago and, of those that nobody seems to post, the ones written even longer ago; the oldest first. */
export async function dueChunks(pool: Pool, age: { readonly postedMs: number; readonly writtenMs: number }): Promise<UnsettledChunk[]> {
  const { rows } = await pool.query<Row>(
    `SELECT stream_id AS "streamId", first_line::text AS "firstLine", last_line::text AS "lastLine", lines, raw_bytes AS "rawBytes", data, missed,
            account_id::text AS "accountId", project_id::text AS "projectId"
       FROM logs.unsettled_lines JOIN logs.victorialogs_streams USING (stream_id)
      WHERE posted_at <= clock_timestamp() - $1 * interval '1 millisecond'
         OR posted_at IS NULL AND written_at <= clock_timestamp() - $2 * interval '1 millisecond'
      ORDER BY written_at LIMIT ${CHUNKS_AT_A_TIME}`,
    [age.postedMs, age.writtenMs],
  );
  return rows.map(({ firstLine, lastLine, accountId, projectId, ...row }) => ({
    ...row,
    firstLine: BigInt(firstLine),
    lastLine: BigInt(lastLine),
    tenant: { accountId: Number(accountId), projectId: Number(projectId) },
  }));
}

export async function deleteUnsettled(pool: Pool, chunks: readonly Pick<UnsettledChunk, 'streamId' | 'firstLine'>[]): Promise<void> {
  await pool.query(
    `DELETE FROM logs.unsettled_lines AS unsettled USING unnest($1::uuid[], $2::bigint[]) AS given (stream_id, first_line)
      WHERE unsettled.stream_id = given.stream_id AND unsettled.first_line = given.first_line`,
    columnsOf(chunks),
  );
}

export async function countMissed(pool: Pool, { streamId, firstLine }: Pick<UnsettledChunk, 'streamId' | 'firstLine'>): Promise<void> {
  await pool.query('UPDATE logs.unsettled_lines SET missed = missed + 1, posted_at = clock_timestamp() WHERE stream_id = $1 AND first_line = $2', [streamId, String(firstLine)]);
}

function columnsOf(chunks: readonly Pick<UnsettledChunk, 'streamId' | 'firstLine'>[]): [string[], string[]] {
  return [chunks.map(({ streamId }) => streamId), chunks.map(({ firstLine }) => String(firstLine))];
}
