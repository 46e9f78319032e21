import type { ClientBase, Pool } from 'pg';
import { ChunkReader, requiredWords } from '../chunk/index.js';
import { LAST_LINE_NUMBER, NANOSECONDS_PER_DAY, type LineFilter, type Order } from '../lines/index.js';
import { requirementSql } from './requirement-sql.js';

/** Chunks fetched at once: few at first, since the first often hold enough lines, and more when they do not. */
const FETCH = { first: 2, growth: 2, most: 32 };
// As text, so that what was fetched in vain is not made bytes of.
const DATA = `encode(data, 'hex')`;
const QUERY_CANCELED = '57014';

/** A chunk that may hold lines that are wanted. */
export interface CandidateChunk {
  readonly firstLine: bigint;
  readonly lastLine: bigint;
  readonly lines: number;
  /** Unpacks the chunk; null when its data was not asked for. */
  readonly open: (() => Promise<ChunkReader>) | null;
}

interface ChunkRow {
  readonly first_line: string;
  readonly last_line: string;
  readonly lines: number;
  readonly raw_bytes: number;
  /** In hexadecimal. */
  readonly data: string | null;
}

/** The days a stream's lines were to be kept when they were written, of which there are several only after a change. */
export interface KeptDays {
  readonly least: number;
  readonly most: number;
}

export interface ChunkSearchOptions {
  readonly filter: LineFilter;
  readonly kept: KeptDays;
  readonly order: Order;
  readonly deadline: number;
  /** SQL condition on first_line, last_line and lines of a chunk whose data is needed. */
  readonly needsData?: string;
}

/**
 * Finds the chunks that may hold wanted lines, in order, and fetches the next ones while the caller looks through the last. Chunks of
 * a stream never overlap, so a line number says how far the search has come, also when chunks are merged meanwhile.
 */
export class ChunkSearch {
  private size = FETCH.first;

  constructor(
    private readonly pool: Pool,
    private readonly now: () => number,
    private readonly options: ChunkSearchOptions,
  ) {}

  /** Ends with whether all chunks were found before the deadline. */
  async *chunks(): AsyncGenerator<CandidateChunk, boolean> {
    const { filter, order } = this.options;
    let [from, to] = [filter.from, filter.to];
    let ahead: ReturnType<ChunkSearch['fetch']> | undefined;
    for (;;) {
      const found = await (ahead ?? this.fetch(from, to));
      if (found === undefined) return false;
      const last = found.chunks.at(-1);
      if (last !== undefined) {
        if (order === 'ascending') from = last.lastLine + 1n;
        else to = last.firstLine - 1n;
      }
      const isLast = last === undefined || found.chunks.length < found.size || from > to;
      // Who comes back for the second time may well want many.
      ahead = isLast || found.size === FETCH.first ? undefined : this.fetch(from, to);
      // Waited for later, or never when the caller has seen enough.
      ahead?.catch(() => undefined);
      for (const [place, chunk] of found.chunks.entries()) {
        // Unpacked on another thread while the caller looks through this one.
        found.chunks[place + 1]?.open?.().catch(() => undefined);
        yield chunk;
      }
      if (isLast) return true;
    }
  }

  private async fetch(from: bigint, to: bigint): Promise<{ chunks: CandidateChunk[]; size: number } | undefined> {
    const left = this.options.deadline - this.now();
    if (left <= 0) return undefined;
    const size = this.size;
    this.size = Math.min(size * FETCH.growth, FETCH.most);
    const { filter, kept, order, needsData } = this.options;
    const direction = order === 'ascending' ? 'ASC' : 'DESC';
    const client = await this.pool.connect();
    try {
      await limitStatements(client, left);
      const { rows } = await client.query<ChunkRow>(
        `SELECT first_line::text, last_line::text, lines, raw_bytes, ${needsData === undefined ? DATA : `CASE WHEN ${needsData} THEN ${DATA} END`} AS data
           FROM (
             SELECT first_line, last_line, lines, raw_bytes, data FROM logs.chunks
              WHERE stream_id = $1 AND expires_on BETWEEN DATE 'epoch' + $2::integer AND DATE 'epoch' + $3::integer
                AND first_line > $4 AND first_line <= $5 AND last_line >= $6
                AND ${requirementSql(requiredWords(filter.labels, filter.expression))}
              ORDER BY chunks.first_line ${direction} LIMIT $7
           ) AS found
          ORDER BY found.first_line ${direction}`,
        // A chunk holds lines of one day.
        [filter.streamId, expiry(from, kept.least), expiry(to, kept.most), String(clamped(from - NANOSECONDS_PER_DAY)), String(clamped(to)), String(clamped(from)), size],
      );
      client.release();
      return { size, chunks: rows.map(candidate) };
    } catch (error) {
      client.release(true);
      if ((error as { code?: string }).code === QUERY_CANCELED) return undefined;
      throw error;
    }
  }
}

const LONGEST_STATEMENT_SECONDS = 3_600;
const timeouts = new WeakMap<ClientBase, number>();

/** Nearly all searches may take equally long, and then nothing has to be said. */
async function limitStatements(client: ClientBase, milliseconds: number): Promise<void> {
  const seconds = Math.min(Math.ceil(milliseconds / 1000), LONGEST_STATEMENT_SECONDS);
  if (timeouts.get(client) === seconds) return;
  await client.query(`SET statement_timeout = '${seconds}s'`);
  timeouts.set(client, seconds);
}

/** Windows may reach beyond the numbers there can be. */
function clamped(number: bigint): bigint {
  if (number < 0n) return 0n;
  return number > LAST_LINE_NUMBER ? LAST_LINE_NUMBER : number;
}

/** The day on which a line expires, in days since the epoch: the first that begins when the line has outlived its days. */
export function expiry(number: bigint, days: number): number {
  return Number(clamped(number) / NANOSECONDS_PER_DAY) + days + 1;
}

function candidate({ first_line, last_line, lines, raw_bytes, data }: ChunkRow): CandidateChunk {
  const firstLine = BigInt(first_line);
  let opened: Promise<ChunkReader> | undefined;
  const open = data === null ? null : () => (opened ??= ChunkReader.open({ firstLine, rawBytes: raw_bytes, data: Buffer.from(data, 'hex') }));
  return { firstLine, lastLine: BigInt(last_line), lines, open };
}
