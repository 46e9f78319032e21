import type { Pool } from 'pg';
import type { AppendOutcome, LineBatch } from '../lines/index.js';
import { inTransaction } from '../postgres-log-store/chunk-partitions.js';
import { packLines } from '../postgres-log-store/append-batches.js';
import { numberBatches, type NumberedStream } from '../stream-numbering/index.js';
import { storedLine } from './stored-line.js';
import { insertUnsettled, type UnsettledChunk } from './unsettled-lines.js';
import type { VictoriaLogsTenant } from './victorialogs-client.js';

/** A chunk with its lines as VictoriaLogs takes them. */
export interface ReadyChunk extends UnsettledChunk {
  readonly stored: readonly string[];
}

/** Numbers lines and writes them down as not yet settled; from then on they are not lost. Answers what is to be posted. */
export async function appendToVictoriaLogs(
  pool: Pool,
  batches: readonly LineBatch[],
  receivedAt: bigint,
  tenantOf: (domainId: string, projectId: string) => VictoriaLogsTenant,
): Promise<{ readonly outcomes: AppendOutcome[]; readonly chunks: readonly ReadyChunk[] }> {
  const { outcomes, streams, claim } = await numberBatches(pool, batches, receivedAt);
  if (streams.length === 0) return { outcomes, chunks: [] };
  const chunks = (await Promise.all(streams.map((stream) => readyChunks(stream, tenantOf(stream.domainId, stream.projectId))))).flat();
  await inTransaction(pool, async (client) => {
    await claim(client);
    await insertUnsettled(client, chunks);
  });
  return { outcomes, chunks };
}

async function readyChunks(stream: NumberedStream, tenant: VictoriaLogsTenant): Promise<ReadyChunk[]> {
  const { streamId, batches } = stream;
  const packed = await packLines(stream);
  const stored = batches.flatMap(({ lines, numbers }) => lines.map((line, place) => storedLine(streamId, numbers[place]!, line)));
  let done = 0;
  return packed.map((chunk) => ({ streamId, tenant, ...chunk, missed: 0, stored: stored.slice(done, (done += chunk.lines)) }));
}
