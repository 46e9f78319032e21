import { setImmediate } from 'node:timers/promises';
import type { Pool } from 'pg';
import { ChunkWriter, type Chunk } from '../chunk/index.js';
import type { AppendOutcome, LineBatch } from '../lines/index.js';
import { numberBatches, type NumberedStream } from '../stream-numbering/index.js';
import { ChunkPartitions, inTransaction } from './chunk-partitions.js';
import { expiry } from './chunk-search.js';
import { insertChunks, isMergeable, type PlacedChunk } from './chunk-table.js';

export interface Appended {
  readonly outcomes: AppendOutcome[];
  readonly chunks: readonly PlacedChunk[];
}

/**
 * Packs the lines first and then writes them in a short transaction, which makes sure that all is still as it was when they were
 * numbered: readers of the event bus wait for every transaction that writes.
 */
export async function appendBatches(pool: Pool, partitions: ChunkPartitions, batches: readonly LineBatch[], receivedAt: bigint): Promise<Appended> {
  const { outcomes, streams, claim } = await numberBatches(pool, batches, receivedAt);
  if (streams.length === 0) return { outcomes, chunks: [] };
  const chunks = (await Promise.all(streams.map((stream) => placed(stream, packLines(stream))))).flat();
  await partitions.ensure(new Set(chunks.map(({ expiresOn }) => expiresOn)));
  await inTransaction(pool, async (client) => {
    await claim(client);
    await insertChunks(client, chunks);
  });
  return { outcomes, chunks };
}

/** The lines of a stream in chunks. Who writes much leaves the thread to others after every chunk. */
export async function packLines({ batches }: NumberedStream): Promise<Chunk[]> {
  const chunks: (Chunk | Promise<Chunk>)[] = [];
  const writer = new ChunkWriter();
  for (const { lines, numbers } of batches) {
    for (const [index, { content, labels }] of lines.entries()) {
      const number = numbers[index]!;
      if (writer.refuses(number)) {
        chunks.push(writer.finish());
        await setImmediate();
      }
      writer.add(number, content, labels);
    }
  }
  if (writer.lines > 0) chunks.push(writer.finish());
  return Promise.all(chunks);
}

async function placed({ streamId, days }: NumberedStream, packed: Promise<Chunk[]>): Promise<PlacedChunk[]> {
  return (await packed).map((chunk) => ({ streamId, chunk, expiresOn: expiry(chunk.lastLine, days), mergeable: isMergeable(chunk) }));
}
