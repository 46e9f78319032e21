import type { Pool } from 'pg';
import type { AppendOutcome, LineBatch } from '../lines/index.js';
import { inTransaction } from '../postgres-log-store/chunk-partitions.js';
import { packLines } from '../postgres-log-store/append-batches.js';
import { numberBatches } from '../stream-numbering/index.js';
import { insertUnsettled, type UnsettledChunk } from './unsettled-lines.js';
import type { VictoriaLogsTenant } from './victorialogs-client.js';

/** Numbers lines and writes them down as not yet settled; from then on they are not lost. Answers what is to be posted. */
export async function appendToVictoriaLogs(
  pool: Pool,
  batches: readonly LineBatch[],
  receivedAt: bigint,
  tenantOf: (domainId: string, projectId: string) => VictoriaLogsTenant,
): Promise<{ readonly outcomes: AppendOutcome[]; readonly chunks: readonly UnsettledChunk[] }> {
  const { outcomes, streams, claim } = await numberBatches(pool, batches, receivedAt);
  if (streams.length === 0) return { outcomes, chunks: [] };
  const packed = await Promise.all(
    streams.map(async (stream) => ({ streamId: stream.streamId, tenant: tenantOf(stream.domainId, stream.projectId), chunks: await Promise.all(packLines(stream)) })),
  );
  await inTransaction(pool, async (client) => {
    await claim(client);
    for (const { streamId, tenant, chunks } of packed) await insertUnsettled(client, streamId, tenant, chunks);
  });
  return { outcomes, chunks: packed.flatMap(({ streamId, tenant, chunks }) => chunks.map((chunk) => ({ streamId, tenant, ...chunk, missed: 0 }))) };
}
