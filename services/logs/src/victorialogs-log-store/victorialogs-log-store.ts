import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
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
import { matches } from '../search/index.js';
import { forgetBatches, retryStale, StreamTurns } from '../stream-numbering/index.js';
import { appendToVictoriaLogs } from './append-lines.js';
import { logsQl, streamFilter } from './logs-ql.js';
import { PostedLines } from './posted-lines.js';
import { KEPT, logLine, numberOfTime, timeOfNumber, type StoredLine } from './stored-line.js';
import type { VictoriaLogsAddress } from './victorialogs-address.js';
import { QueryTimedOut, VictoriaLogsClient, type VictoriaLogsTenant } from './victorialogs-client.js';

export interface VictoriaLogsLogStoreOptions {
  readonly connectionString: string;
  readonly address: VictoriaLogsAddress;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** After that long VictoriaLogs has written out what it took, by its `-inmemoryDataFlushInterval`; 15 s by default, three times its own. */
  readonly settleMs?: number;
}

/** Rows asked for at once: few at first, since the first often hold enough lines. */
const ROWS = { first: 100, growth: 4, most: 1_000 };
/** A search of the oldest lines looks at so much of the time first, and then at ever more. */
const FIRST_SPAN = 10n * 60_000_000_000n;
const SPAN_GROWTH = 4n;
const STREAMS_PER_DELETE = 100;
const DELETE_LOOK_MS = 100;
const CONNECTIONS = 6;

interface KnownStream {
  readonly tenant: VictoriaLogsTenant;
  /** The number of the last line that can be found. */
  readonly head: bigint;
}

/**
 * Lines in VictoriaLogs, each as a row whose time is its number. What must not be lost or happen twice is settled in PostgreSQL: which
 * batches were taken, the numbers of lines, and the lines themselves until VictoriaLogs has written them out (ADR 54).
 */
export class VictoriaLogsLogStore extends LogStore {
  private readonly pool: Pool;
  private readonly client: VictoriaLogsClient;
  private readonly posted: PostedLines;
  private readonly now: () => number;
  private readonly turns = new StreamTurns();

  constructor({ connectionString, address, logger, now, settleMs }: VictoriaLogsLogStoreOptions) {
    super();
    this.now = now ?? Date.now;
    this.pool = new Pool({ connectionString, max: CONNECTIONS, connectionTimeoutMillis: 10_000, keepAlive: true, application_name: 'windlass log lines' });
    // An idle connection that breaks is replaced at its next use; unheard, its error would end the process.
    this.pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection of the log store was lost'));
    this.client = new VictoriaLogsClient(address);
    this.posted = new PostedLines(this.pool, this.client, logger, settleMs ?? 15_000);
    this.posted.start();
  }

  /** One call at a time for each stream: its numbers follow each other. Other processes are noticed, and then it starts again. */
  append(batches: readonly LineBatch[]): Promise<AppendOutcome[]> {
    return this.turns.run(batches.map(({ streamId }) => streamId), () => this.appendNow(batches));
  }

  query(filter: LineFilter, { order, deadline, ...bounds }: PageRequest): Promise<LinePage> {
    return takePage(this.scan(filter, { order, deadline }), bounds);
  }

  async *scan(filter: LineFilter, { order, deadline }: Effort & { readonly order: Order }): AsyncGenerator<readonly LogLine[], boolean> {
    const stream = await this.known(filter.streamId);
    if (stream === undefined) return true;
    const { expression } = filter;
    let [from, to] = [max(filter.from, 0n), min(filter.to, stream.head)];
    let size: number = ROWS.first;
    let span = order === 'ascending' ? FIRST_SPAN : to - from;
    while (from <= to) {
      const left = deadline - this.now();
      if (left <= 0) return false;
      // VictoriaLogs finds the newest rows of any time quickly; for the oldest it looks at all.
      const end = order === 'ascending' ? min(to, from + span) : to;
      const rows = await this.rows(stream.tenant, { ...filter, from, to: end }, order, size, left);
      if (rows === undefined) return false;
      const last = rows.at(-1);
      const isWhole = rows.length < size;
      if (order === 'ascending') from = isWhole || last === undefined ? end + 1n : last.lineNumber + 1n;
      else to = isWhole || last === undefined ? from - 1n : last.lineNumber - 1n;
      if (isWhole) span *= SPAN_GROWTH;
      size = Math.min(size * ROWS.growth, ROWS.most);
      const lines = rows.filter((line, place) => line.lineNumber !== rows[place - 1]?.lineNumber && fits(line, filter.labels) && (expression === undefined || matches(expression, line)));
      if (lines.length > 0) yield lines;
    }
    return true;
  }

  async histogram(filter: LineFilter, { step, deadline }: Effort & { readonly step: bigint }): Promise<Histogram> {
    const counts = new Map<number, number>();
    const bucketOf = (number: bigint): number => Number((number - filter.from) / step);
    const add = (bucket: number, lines: number): void => void counts.set(bucket, (counts.get(bucket) ?? 0) + lines);
    const stream = await this.known(filter.streamId);
    const [from, to] = [max(filter.from, 0n), min(filter.to, stream?.head ?? -1n)];
    if (stream === undefined || from > to) return { counts, complete: true };
    const query = logsQl({ ...filter, from, to });
    if (!query.isExact) {
      const scan = this.scan(filter, { order: 'descending', deadline });
      for (let next = await scan.next(); ; next = await scan.next()) {
        if (next.done) return { counts, complete: next.value };
        for (const { lineNumber } of next.value) add(bucketOf(lineNumber), 1);
      }
    }
    const left = deadline - this.now();
    if (left <= 0) return { counts, complete: false };
    const inOneBucket = bucketOf(from) === bucketOf(to);
    const by = inOneBucket ? '' : `by (_time:${step}ns offset ${filter.from % step}ns) `;
    const rows = await this.timed(() => this.client.query<{ _time?: string; n: string }>(stream.tenant, `${query.text} | stats ${by}count() n`, left));
    for (const { _time, n } of rows ?? []) if (Number(n) > 0) add(_time === undefined ? bucketOf(from) : bucketOf(max(numberOfTime(_time), from)), Number(n));
    return { counts, complete: rows !== undefined };
  }

  async heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    return new Map([...(await this.streams(streamIds))].map(([id, { head }]) => [id, head]));
  }

  async usage(streamIds: readonly string[]): Promise<ReadonlyMap<string, StreamUsage>> {
    const usage = new Map<string, StreamUsage>();
    for (const [id, { tenant }] of await this.streams(streamIds)) {
      const counted = `${streamFilter([id])} ${KEPT} | stats count() lines, sum_len(_msg) bytes, sum_len(labels) label_bytes`;
      const [row] = await this.client.query<{ lines: string; bytes: string; label_bytes: string }>(tenant, counted, Infinity);
      const [blank] = await this.client.query<{ bytes: string }>(tenant, `${streamFilter([id])} blank:="1" | stats sum_len(_msg) bytes`, Infinity);
      const lines = Number(row?.lines ?? 0);
      if (lines === 0) continue;
      const bytes = Number(row!.bytes) - Number(blank?.bytes ?? 0);
      // VictoriaLogs does not tell what one stream takes: before compression, then.
      usage.set(id, { lines, bytes, storedBytes: bytes + Number(row!.label_bytes) });
    }
    return usage;
  }

  async retain(days: ReadonlyMap<string, number>): Promise<void> {
    await this.pool.query(
      `UPDATE logs.stream_heads AS head SET least_days = given.days, most_days = given.days
         FROM unnest($1::uuid[], $2::smallint[]) AS given (stream_id, days)
        WHERE head.stream_id = given.stream_id AND (head.least_days <> given.days OR head.most_days <> given.days)`,
      [[...days.keys()], [...days.values()]],
    );
  }

  async dropExpired(): Promise<boolean> {
    const { rows } = await this.pool.query<{ accountId: string; projectId: string; days: number; ids: string[] }>(
      `SELECT account_id::text AS "accountId", project_id::text AS "projectId", most_days AS days, array_agg(stream_id::text) AS ids
         FROM logs.victorialogs_streams JOIN logs.stream_heads USING (stream_id) GROUP BY account_id, project_id, most_days`,
    );
    let dropped = false;
    for (const { accountId, projectId, days, ids } of rows) {
      const tenant = { accountId: Number(accountId), projectId: Number(projectId) };
      const today = (BigInt(this.now()) * 1_000_000n) / NANOSECONDS_PER_DAY;
      const oldest = (today - BigInt(days)) * NANOSECONDS_PER_DAY;
      if (oldest <= 0n) continue;
      for (let from = 0; from < ids.length; from += STREAMS_PER_DELETE) {
        const filter = `${streamFilter(ids.slice(from, from + STREAMS_PER_DELETE))} _time:<${timeOfNumber(oldest)} ${KEPT}`;
        const found = await this.client.query(tenant, `${filter} | fields _time | limit 1`, Infinity);
        // Deleting rewrites what lies beside: only where there is something to delete.
        if (found.length === 0) continue;
        await this.client.delete(tenant, filter, () => delay(DELETE_LOOK_MS));
        dropped = true;
      }
    }
    return dropped;
  }

  async clear(streamId: string): Promise<void> {
    const stream = await this.known(streamId);
    await this.pool.query('DELETE FROM logs.unsettled_lines WHERE stream_id = $1', [streamId]);
    if (stream !== undefined) await this.client.delete(stream.tenant, `${streamFilter([streamId])} ${KEPT}`, () => delay(DELETE_LOOK_MS));
    await this.pool.query('DELETE FROM logs.stream_heads WHERE stream_id = $1', [streamId]);
    await this.pool.query('DELETE FROM logs.victorialogs_streams WHERE stream_id = $1', [streamId]);
  }

  forgetBatches(receivedBefore: Date, limit: number): Promise<number> {
    return forgetBatches(this.pool, receivedBefore, limit);
  }

  /** Looks now for lines that VictoriaLogs took and lost, and gives them to it again; resolves when all it has is settled. */
  settle(): Promise<void> {
    return this.posted.settle();
  }

  async close(): Promise<void> {
    await this.turns.idle();
    await this.posted.stop();
    await this.pool.end();
  }

  private async appendNow(batches: readonly LineBatch[]): Promise<AppendOutcome[]> {
    if (batches.length === 0) return [];
    // What could not be given to VictoriaLogs goes first, so that no more than that waits while it is away.
    await this.posted.postWaiting();
    const { outcomes, chunks } = await retryStale(() => appendToVictoriaLogs(this.pool, batches, BigInt(this.now()) * 1_000_000n, tenantOf));
    await this.posted.post(chunks);
    return outcomes;
  }

  private async rows(tenant: VictoriaLogsTenant, filter: LineFilter, order: Order, size: number, milliseconds: number): Promise<LogLine[] | undefined> {
    const direction = order === 'ascending' ? '' : ' desc';
    const query = `${logsQl(filter).text} | fields _time, _msg, blank, labels | sort by (_time${direction}) limit ${size}`;
    const rows = await this.timed(() => this.client.query<StoredLine>(tenant, query, milliseconds));
    return rows?.map(logLine);
  }

  /** Undefined when the deadline came first. */
  private async timed<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof QueryTimedOut) return undefined;
      throw error;
    }
  }

  private async known(streamId: string): Promise<KnownStream | undefined> {
    return (await this.streams([streamId])).get(streamId);
  }

  /** A stream's head lies before the first line that is not yet to be found. */
  private async streams(streamIds: readonly string[]): Promise<ReadonlyMap<string, KnownStream>> {
    const { rows } = await this.pool.query<{ id: string; head: string; accountId: string; projectId: string }>(
      `SELECT stream_id AS id, account_id::text AS "accountId", project_id::text AS "projectId",
              coalesce((SELECT min(first_line) - 1 FROM logs.unsettled_lines AS unsettled WHERE unsettled.stream_id = head.stream_id AND posted_at IS NULL), line_num)::text AS head
         FROM logs.stream_heads AS head JOIN logs.victorialogs_streams USING (stream_id) WHERE stream_id = ANY ($1::uuid[])`,
      [streamIds],
    );
    return new Map(rows.map(({ id, head, accountId, projectId }) => [id, { head: BigInt(head), tenant: { accountId: Number(accountId), projectId: Number(projectId) } }]));
  }
}

/** Two accounts may share a number, and then what VictoriaLogs keeps them apart by; streams are told apart by their ids all the same. */
function tenantOf(domainId: string, projectId: string): VictoriaLogsTenant {
  return { accountId: numberOf(domainId), projectId: numberOf(projectId) };
}

function numberOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0);
}

function fits({ labels }: LogLine, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
