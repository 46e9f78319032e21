import { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { scanChunk, type ChunkReader } from '../chunk/index.js';
import {
  LogStore,
  NANOSECONDS_PER_DAY,
  type AppendOutcome,
  type Effort,
  type Histogram,
  type LineBatch,
  type LineFilter,
  type LinePage,
  type LogLine,
  type Order,
  type PageRequest,
  type StreamUsage,
} from '../lines/index.js';
import { takePage } from '../lines/take-page.js';
import { forgetBatches, retryStale, StreamTurns } from '../stream-numbering/index.js';
import { appendBatches } from './append-batches.js';
import { ChunkMerging } from './chunk-merging.js';
import { ChunkPartitions } from './chunk-partitions.js';
import { ChunkSearch, type KeptDays } from './chunk-search.js';
import { retainStreams } from './stream-retention.js';

export interface PostgresLogStoreOptions {
  readonly connectionString: string;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Searches that read at the same time; others wait. 4 by default. */
  readonly readers?: number;
}

const NO_SUCH_PARTITION = '23514';
const CHUNKS_PER_DELETE = 200;
const WRITERS = 4;
// The plan is always the same: along the index of each partition, and no further than the limit. The planner cannot know how dear
// filters are to read, and would read them all and sort; compiling the plan or sharing it out would only delay it.
const READER_SETTINGS = '-c jit=off -c max_parallel_workers_per_gather=0 -c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off';

/**
 * Lines in chunks: a row holds up to some thousand lines of one stream and one day, compressed, with a filter of their words. A search
 * passes by, in PostgreSQL, all chunks whose filter knows that a word is missing, and looks through the rest here. Small chunks are
 * merged behind the writers. The tables are described in ADR 22.
 */
export class PostgresLogStore extends LogStore {
  private readonly writers: Pool;
  private readonly readers: Pool;
  private readonly partitions: ChunkPartitions;
  private readonly merging: ChunkMerging;
  private readonly now: () => number;
  private readonly turns = new StreamTurns();

  constructor({ connectionString, logger, now, readers }: PostgresLogStoreOptions) {
    super();
    this.now = now ?? Date.now;
    const pool = (max: number, options?: string): Pool => {
      const opened = new Pool({ connectionString, max, connectionTimeoutMillis: 10_000, keepAlive: true, application_name: 'windlass log lines', ...(options ? { options } : {}) });
      // An idle connection that breaks is replaced at its next use; unheard, its error would end the process.
      // The pool listens to idle connections only: one that is lost while it is lent out would end the process, as an error that nobody hears.
      opened.on('connect', (client) => client.on('error', (error) => logger.warn({ err: error }, 'a connection of the log store was lost')));
      opened.on('error', () => undefined);
      return opened;
    };
    this.writers = pool(WRITERS);
    this.readers = pool(readers ?? 4, READER_SETTINGS);
    this.partitions = new ChunkPartitions(this.writers, logger);
    this.merging = new ChunkMerging(this.writers, logger);
    this.merging.start();
  }

  /** One call at a time for each stream: its numbers follow each other. Other processes are noticed, and then it starts again. */
  append(batches: readonly LineBatch[]): Promise<AppendOutcome[]> {
    return this.turns.run(batches.map(({ streamId }) => streamId), () => this.appendNow(batches));
  }

  query(filter: LineFilter, { order, deadline, ...bounds }: PageRequest): Promise<LinePage> {
    return takePage(this.scan(filter, { order, deadline }), bounds);
  }

  async *scan(filter: LineFilter, { order, deadline }: Effort & { readonly order: Order }): AsyncGenerator<readonly LogLine[], boolean> {
    const kept = await this.keptDays(filter.streamId);
    if (kept === undefined) return true;
    const chunks = new ChunkSearch(this.readers, this.now, { filter, kept, order, deadline }).chunks();
    for (let next = await chunks.next(); ; next = await chunks.next()) {
      if (next.done) return next.value;
      const lines = wantedLines(await next.value.open!(), filter, order);
      if (lines.length > 0) yield lines;
      if (this.now() > deadline) return false;
    }
  }

  async histogram(filter: LineFilter, { step, deadline }: Effort & { readonly step: bigint }): Promise<Histogram> {
    const counts = new Map<number, number>();
    const add = (number: bigint, lines: number): void => {
      const bucket = Number((number - filter.from) / step);
      counts.set(bucket, (counts.get(bucket) ?? 0) + lines);
    };
    const kept = await this.keptDays(filter.streamId);
    if (kept === undefined) return { counts, complete: true };
    const countsAll = filter.expression === undefined && Object.keys(filter.labels).length === 0;
    // Where all lines count and fall into one bucket, their number is all that has to be known.
    const inOneBucket = `first_line >= ${filter.from} AND last_line <= ${filter.to} AND (first_line - ${filter.from}) / ${step} = (last_line - ${filter.from}) / ${step}`;
    const search = new ChunkSearch(this.readers, this.now, { filter, kept, order: 'descending', deadline, ...(countsAll ? { needsData: `NOT (${inOneBucket})` } : {}) });
    const chunks = search.chunks();
    for (let next = await chunks.next(); ; next = await chunks.next()) {
      if (next.done) return { counts, complete: next.value };
      const { open, firstLine, lines } = next.value;
      if (open === null) {
        add(firstLine, lines);
        continue;
      }
      const chunk = await open();
      const mask = scanChunk(chunk, filter);
      for (let line = 0; line < chunk.lines; line += 1) if (mask[line] === 1) add(chunk.numberOf(line), 1);
      if (this.now() > deadline) return { counts, complete: false };
    }
  }

  async heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const { rows } = await this.readers.query<{ id: string; head: string }>('SELECT stream_id AS id, line_num::text AS head FROM logs.stream_heads WHERE stream_id = ANY ($1::uuid[])', [streamIds]);
    return new Map(rows.map(({ id, head }) => [id, BigInt(head)]));
  }

  async usage(streamIds: readonly string[]): Promise<ReadonlyMap<string, StreamUsage>> {
    const { rows } = await this.readers.query<{ id: string; lines: string; bytes: string; stored: string }>(
      `SELECT stream_id AS id, sum(lines) AS lines, sum(bytes) AS bytes, sum(octet_length(data) + coalesce(octet_length(filter), 0)) AS stored
         FROM logs.chunks WHERE stream_id = ANY ($1::uuid[]) GROUP BY stream_id`,
      [streamIds],
    );
    return new Map(rows.map(({ id, lines, bytes, stored }) => [id, { lines: Number(lines), bytes: Number(bytes), storedBytes: Number(stored) }]));
  }

  retain(days: ReadonlyMap<string, number>): Promise<void> {
    return retainStreams(this.writers, this.partitions, days, this.today());
  }

  async dropExpired(): Promise<boolean> {
    return (await this.partitions.drop(this.today())) > 0;
  }

  async clear(streamId: string): Promise<void> {
    for (;;) {
      const { rowCount } = await this.writers.query(
        `DELETE FROM logs.chunks WHERE stream_id = $1 AND (first_line, expires_on) IN (
           SELECT first_line, expires_on FROM logs.chunks WHERE stream_id = $1 ORDER BY first_line LIMIT ${CHUNKS_PER_DELETE})`,
        [streamId],
      );
      if (rowCount !== CHUNKS_PER_DELETE) break;
    }
    await this.writers.query('DELETE FROM logs.stream_heads WHERE stream_id = $1', [streamId]);
  }

  forgetBatches(receivedBefore: Date, limit: number): Promise<number> {
    return forgetBatches(this.writers, receivedBefore, limit);
  }

  /** Resolves when the small chunks written so far are merged as far as they ever are. */
  merged(): Promise<void> {
    return this.merging.idle();
  }

  async close(): Promise<void> {
    await this.turns.idle();
    await this.merging.stop();
    await Promise.all([this.writers.end(), this.readers.end()]);
  }

  private async appendNow(batches: readonly LineBatch[]): Promise<AppendOutcome[]> {
    if (batches.length === 0) return [];
    const { outcomes, chunks } = await retryStale(
      () => appendBatches(this.writers, this.partitions, batches, BigInt(this.now()) * 1_000_000n),
      (error) => {
        const isDropped = (error as { code?: string }).code === NO_SUCH_PARTITION;
        if (isDropped) this.partitions.forget();
        return isDropped;
      },
    );
    for (const { streamId, mergeable } of chunks) if (mergeable) this.merging.added(streamId);
    return outcomes;
  }

  private async keptDays(streamId: string): Promise<KeptDays | undefined> {
    const { rows } = await this.readers.query<KeptDays>('SELECT least_days AS least, most_days AS most FROM logs.stream_heads WHERE stream_id = $1', [streamId]);
    return rows[0];
  }

  private today(): number {
    return Number((BigInt(this.now()) * 1_000_000n) / NANOSECONDS_PER_DAY);
  }
}

function wantedLines(chunk: ChunkReader, filter: LineFilter, order: Order): LogLine[] {
  const mask = scanChunk(chunk, filter);
  const lines: LogLine[] = [];
  for (let line = 0; line < chunk.lines; line += 1) {
    if (mask[line] === 1) lines.push({ lineNumber: chunk.numberOf(line), content: chunk.contentOf(line), labels: chunk.labelsOf(line) });
  }
  return order === 'ascending' ? lines : lines.reverse();
}
