import type { Pool } from 'pg';
import { ChunkReader, ChunkWriter, dayOf } from '../chunk/index.js';
import { inTransaction } from './chunk-partitions.js';
import { insertChunks } from './chunk-table.js';
import { planMerges, type Merge } from './plan-merges.js';

const CHUNKS_LOOKED_AT = 1_000;

interface ChunkHead {
  readonly firstLine: string;
  readonly lines: number;
  readonly rawBytes: number;
  readonly mergeable: boolean;
  readonly expiresOn: number;
}

/** Another process has merged, moved or deleted some of the chunks: what it left is right as it is. */
class ChunksChanged extends Error {}

/** Merges the small chunks of a stream as planned; answers whether there may be more to merge. */
export async function mergeChunks(pool: Pool, streamId: string): Promise<boolean> {
  const { rows } = await pool.query<ChunkHead>(
    `SELECT first_line::text AS "firstLine", lines, raw_bytes AS "rawBytes", mergeable, expires_on - DATE 'epoch' AS "expiresOn"
       FROM logs.chunks
      WHERE stream_id = $1 AND first_line >= (SELECT min(first_line) FROM logs.chunks WHERE stream_id = $1 AND mergeable)
      ORDER BY first_line LIMIT ${CHUNKS_LOOKED_AT}`,
    [streamId],
  );
  const heads = rows.map((row) => ({ ...row, day: dayOf(BigInt(row.firstLine)) }));
  for (const merge of planMerges(heads)) await mergeOne(pool, streamId, heads.slice(merge.from, merge.to), merge);
  return rows.length === CHUNKS_LOOKED_AT;
}

async function mergeOne(pool: Pool, streamId: string, heads: readonly ChunkHead[], { mergeable }: Merge): Promise<void> {
  const firstLines = heads.map(({ firstLine }) => firstLine);
  const { expiresOn } = heads[0]!;
  const place = [streamId, firstLines, expiresOn];
  if (heads.length === 1) {
    await pool.query(`UPDATE logs.chunks SET mergeable = FALSE WHERE stream_id = $1 AND first_line = ANY ($2::bigint[]) AND expires_on = DATE 'epoch' + $3::integer`, place);
    return;
  }
  const { rows } = await pool.query<{ firstLine: string; rawBytes: number; data: Buffer }>(
    `SELECT first_line::text AS "firstLine", raw_bytes AS "rawBytes", data FROM logs.chunks
      WHERE stream_id = $1 AND first_line = ANY ($2::bigint[]) AND expires_on = DATE 'epoch' + $3::integer ORDER BY first_line`,
    place,
  );
  if (rows.length < heads.length) return;
  const writer = new ChunkWriter();
  for (const { firstLine, rawBytes, data } of rows) {
    const chunk = await ChunkReader.open({ firstLine: BigInt(firstLine), rawBytes, data });
    for (let line = 0; line < chunk.lines; line += 1) writer.add(chunk.numberOf(line), chunk.contentOf(line), chunk.labelsOf(line));
  }
  const chunk = await writer.finish();
  const merged = inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `DELETE FROM logs.chunks WHERE stream_id = $1 AND first_line = ANY ($2::bigint[]) AND expires_on = DATE 'epoch' + $3::integer`,
      place,
    );
    if (rowCount !== heads.length) throw new ChunksChanged();
    await insertChunks(client, [{ streamId, expiresOn, chunk, mergeable }]);
  });
  await merged.catch((error: unknown) => {
    if (!(error instanceof ChunksChanged)) throw error;
  });
}
