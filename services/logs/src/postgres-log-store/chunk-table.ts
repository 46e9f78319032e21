import { FULL_CHUNK, type Chunk } from '../chunk/index.js';

/** A connection, or what hands one out. */
export interface Queryable {
  query(statement: string, parameters: unknown[]): Promise<unknown>;
}

/** Whether a chunk is small enough to be merged with its neighbours. */
export function isMergeable({ lines, rawBytes }: Pick<Chunk, 'lines' | 'rawBytes'>): boolean {
  return lines < FULL_CHUNK.lines / 2 && rawBytes < FULL_CHUNK.characters / 2;
}

export interface PlacedChunk {
  readonly streamId: string;
  /** Day since the epoch from which on the chunk's lines have outlived their days. */
  readonly expiresOn: number;
  readonly chunk: Chunk;
  readonly mergeable: boolean;
}

/**
 * Writes chunks in one statement. What is binary travels as one value, and each row takes its part of it: the driver would send
 * a list of binary values as text, which is twice as long.
 */
export async function insertChunks(db: Queryable, placed: readonly PlacedChunk[]): Promise<void> {
  if (placed.length === 0) return;
  const parts = placed.flatMap(({ chunk }) => (chunk.filter === null ? [chunk.data] : [chunk.filter, chunk.data]));
  await db.query(
    `INSERT INTO logs.chunks (expires_on, stream_id, first_line, last_line, lines, bytes, raw_bytes, mergeable, filter, data)
     SELECT DATE 'epoch' + expires_on, stream_id, first_line, last_line, lines, bytes, raw_bytes, mergeable,
            CASE WHEN filter_length > 0 THEN substring($1::bytea FROM place::integer FOR filter_length) END,
            substring($1::bytea FROM (place + filter_length)::integer FOR data_length)
       FROM (
         SELECT *, 1 + sum(filter_length + data_length) OVER (ORDER BY ordinality) - filter_length - data_length AS place
           FROM unnest($2::integer[], $3::uuid[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[], $8::integer[], $9::boolean[], $10::integer[], $11::integer[])
             WITH ORDINALITY AS given (expires_on, stream_id, first_line, last_line, lines, bytes, raw_bytes, mergeable, filter_length, data_length, ordinality)
       ) AS placed`,
    [
      Buffer.concat(parts),
      placed.map(({ expiresOn }) => expiresOn),
      placed.map(({ streamId }) => streamId),
      placed.map(({ chunk }) => String(chunk.firstLine)),
      placed.map(({ chunk }) => String(chunk.lastLine)),
      placed.map(({ chunk }) => chunk.lines),
      placed.map(({ chunk }) => chunk.bytes),
      placed.map(({ chunk }) => chunk.rawBytes),
      placed.map(({ mergeable }) => mergeable),
      placed.map(({ chunk }) => chunk.filter?.length ?? 0),
      placed.map(({ chunk }) => chunk.data.length),
    ],
  );
}
