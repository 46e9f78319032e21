import type { Pool } from 'pg';
import { inTransaction, type ChunkPartitions } from './chunk-partitions.js';

const CHUNKS_PER_STATEMENT = 100;
const NANOSECONDS_PER_DAY = '86400000000000';

/** The day on which a chunk would expire if its stream had always kept its lines for $2 days. */
const EXPIRY = `(DATE 'epoch' + (last_line / ${NANOSECONDS_PER_DAY})::integer + $2::integer + 1)`;

/**
 * Makes the chunks of streams expire as their streams say now. Nearly always they do already, since they are written so; after a
 * change they are moved to other partitions, and those that are overdue are deleted.
 */
export async function retainStreams(pool: Pool, partitions: ChunkPartitions, days: ReadonlyMap<string, number>, today: number): Promise<void> {
  const { rows } = await pool.query<{ id: string; days: number }>(
    `SELECT stream_id AS id, given.days FROM unnest($1::uuid[], $2::smallint[]) AS given (stream_id, days) JOIN logs.stream_heads AS head USING (stream_id)
      WHERE head.least_days <> given.days OR head.most_days <> given.days`,
    [[...days.keys()], [...days.values()]],
  );
  for (const { id, days: kept } of rows) await moveChunks(pool, partitions, id, kept, today);
}

async function moveChunks(pool: Pool, partitions: ChunkPartitions, streamId: string, days: number, today: number): Promise<void> {
  await pool.query(`DELETE FROM logs.chunks WHERE stream_id = $1 AND ${EXPIRY} <= DATE 'epoch' + $3::integer`, [streamId, days, today]);
  for (;;) {
    const { rows } = await pool.query<{ expiresOn: number }>(
      `SELECT DISTINCT ${EXPIRY} - DATE 'epoch' AS "expiresOn" FROM logs.chunks WHERE stream_id = $1 AND expires_on <> ${EXPIRY}`,
      [streamId, days],
    );
    if (rows.length === 0 && (await settled(pool, streamId, days))) return;
    for (const { expiresOn } of rows) {
      await partitions.ensure([expiresOn]);
      await moveToDay(pool, streamId, days, expiresOn);
    }
  }
}

async function moveToDay(pool: Pool, streamId: string, days: number, expiresOn: number): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `UPDATE logs.chunks SET expires_on = DATE 'epoch' + $3::integer
        WHERE stream_id = $1 AND (first_line, expires_on) IN (
          SELECT first_line, expires_on FROM logs.chunks
           WHERE stream_id = $1 AND expires_on <> ${EXPIRY} AND ${EXPIRY} = DATE 'epoch' + $3::integer LIMIT ${CHUNKS_PER_STATEMENT})`,
      [streamId, days, expiresOn],
    );
    if (rowCount === 0) return;
  }
}

/** Records that all chunks are in their place, unless lines that were written meanwhile are not. */
function settled(pool: Pool, streamId: string, days: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // Writers move the head: none can add a chunk before this has ended.
    await client.query('SELECT FROM logs.stream_heads WHERE stream_id = $1 FOR UPDATE', [streamId]);
    const { rowCount } = await client.query(
      `UPDATE logs.stream_heads SET least_days = $2::smallint, most_days = $2::smallint
        WHERE stream_id = $1 AND NOT EXISTS (SELECT FROM logs.chunks WHERE stream_id = $1 AND expires_on <> ${EXPIRY})`,
      [streamId, days],
    );
    return rowCount === 1;
  });
}
