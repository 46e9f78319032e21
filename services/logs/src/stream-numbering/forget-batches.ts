import type { Pool } from 'pg';

/** Forgets the ids of batches received before a time, `limit` at most; answers how many. */
export async function forgetBatches(pool: Pool, receivedBefore: Date, limit: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM logs.ingested_batches WHERE batch_id IN (
       SELECT batch_id FROM logs.ingested_batches WHERE received_at < $1 ORDER BY received_at LIMIT $2)`,
    [receivedBefore, limit],
  );
  return rowCount ?? 0;
}
