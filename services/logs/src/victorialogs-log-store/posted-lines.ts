import type { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { ChunkReader } from '../chunk/index.js';
import type { ReadyChunk } from './append-lines.js';
import { KEPT, numberOfTime, storedLine, STREAM_FIELD, timeOfNumber } from './stored-line.js';
import { streamFilter } from './logs-ql.js';
import { countMissed, deleteUnsettled, dueChunks, markPosted, type UnsettledChunk } from './unsettled-lines.js';
import type { VictoriaLogsClient, VictoriaLogsTenant } from './victorialogs-client.js';

const LOOK_MS = 5_000;
/** A process that posts its lines has done so, or has ended, after that long. */
const POSTED_WITHIN_MS = 60_000;
const BODY_CHARACTERS = 4 * 1024 * 1024;
/** Lines that are not there however often they are posted are refused by VictoriaLogs. */
const MOST_MISSED = 5;

/**
 * Gives lines to VictoriaLogs, and goes on until it has written them out. It answers before it has, and it says nothing of lines it
 * does not take: so each chunk is looked for later, what is missing of it is posted again, and only then it is forgotten here.
 */
export class PostedLines {
  private readonly waiting: UnsettledChunk[] = [];
  private posting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly pool: Pool,
    private readonly client: VictoriaLogsClient,
    private readonly logger: Logger,
    private readonly settleMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look()).catch((error: unknown) => this.logger.warn({ err: error }, 'log lines could not be looked for in VictoriaLogs'));
    }, LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** Posts new lines; they can be found when it resolves. When it rejects they wait for `postWaiting`. */
  async post(chunks: readonly ReadyChunk[]): Promise<void> {
    if (chunks.length === 0) return;
    try {
      await this.insert(chunks.map((chunk) => ({ chunk, lines: chunk.stored })));
    } catch (error) {
      this.waiting.push(...chunks);
      throw error;
    }
    await markPosted(this.pool, chunks);
  }

  /** Posts what could not be posted before, as far as it is not there all the same. */
  postWaiting(): Promise<void> {
    if (this.waiting.length === 0) return Promise.resolve();
    return (this.posting ??= this.postThose([...this.waiting]).finally(() => (this.posting = undefined)));
  }

  private async postThose(chunks: readonly UnsettledChunk[]): Promise<void> {
    for (const chunk of chunks) await this.insert([{ chunk, lines: await this.missingOf(chunk) }]);
    await markPosted(this.pool, chunks);
    this.waiting.splice(0, chunks.length);
  }

  /** Looks for all that was posted, however short ago. */
  settle(): Promise<void> {
    return (this.looking = this.looking.then(() => this.look({ postedMs: 0, writtenMs: POSTED_WITHIN_MS })));
  }

  private async look(age = { postedMs: this.settleMs, writtenMs: Math.max(POSTED_WITHIN_MS, this.settleMs) }): Promise<void> {
    while (!this.stopping) {
      const due = await dueChunks(this.pool, age);
      if (due.length === 0) return;
      const settled: UnsettledChunk[] = [];
      for (const chunk of due) if (await this.isThere(chunk)) settled.push(chunk);
      await deleteUnsettled(this.pool, settled);
      // What is posted again is looked for at its time.
      if (settled.length < due.length) return;
    }
  }

  /** Whether all lines are there; posts those that are not. */
  private async isThere(chunk: UnsettledChunk): Promise<boolean> {
    if ((await this.count(chunk)) >= chunk.lines) return true;
    const missing = await this.missingOf(chunk);
    if (missing.length === 0) return true;
    const fields = { log_stream_id: chunk.streamId, lines: missing.length };
    if (chunk.missed >= MOST_MISSED) {
      this.logger.error(fields, 'VictoriaLogs does not keep log lines it was given, which are lost: look at its -retentionPeriod and -insert.maxLineSizeBytes');
      return true;
    }
    this.logger.warn(fields, 'VictoriaLogs has lost log lines and is given them again');
    await this.insert([{ chunk, lines: missing }]);
    await countMissed(this.pool, chunk);
    return false;
  }

  private async insert(given: readonly { readonly chunk: UnsettledChunk; readonly lines: readonly string[] }[]): Promise<void> {
    const byTenant = new Map<string, { tenant: VictoriaLogsTenant; lines: string[] }>();
    for (const { chunk: { tenant }, lines } of given) {
      const key = `${tenant.accountId}/${tenant.projectId}`;
      let ofTenant = byTenant.get(key);
      if (ofTenant === undefined) byTenant.set(key, (ofTenant = { tenant, lines: [] }));
      for (const line of lines) ofTenant.lines.push(line);
    }
    for (const { tenant, lines } of byTenant.values()) for (const body of bodiesOf(lines)) await this.client.insert(tenant, STREAM_FIELD, body);
    await this.client.flush();
  }

  private async count(chunk: UnsettledChunk): Promise<number> {
    const [row] = await this.client.query<{ n: string }>(chunk.tenant, `${filterOf(chunk)} | stats count_uniq(_time) n`, Infinity);
    return Number(row?.n ?? 0);
  }

  private async missingOf(chunk: UnsettledChunk): Promise<string[]> {
    const rows = await this.client.query<{ _time: string }>(chunk.tenant, `${filterOf(chunk)} | fields _time`, Infinity);
    return linesOf(chunk, new Set(rows.map(({ _time }) => numberOfTime(_time))));
  }
}

function filterOf({ streamId, firstLine, lastLine }: UnsettledChunk): string {
  return `${streamFilter([streamId])} _time:[${timeOfNumber(firstLine)}, ${timeOfNumber(lastLine)}] ${KEPT}`;
}

async function linesOf(chunk: UnsettledChunk, without: ReadonlySet<bigint>): Promise<string[]> {
  const reader = await ChunkReader.open(chunk);
  const lines: string[] = [];
  for (let line = 0; line < reader.lines; line += 1) {
    const number = reader.numberOf(line);
    if (!without.has(number)) lines.push(storedLine(chunk.streamId, number, { content: reader.contentOf(line), labels: reader.labelsOf(line) }));
  }
  return lines;
}

function* bodiesOf(lines: readonly string[]): Generator<string> {
  let body: string[] = [];
  let characters = 0;
  for (const line of lines) {
    if (characters > 0 && characters + line.length > BODY_CHARACTERS) {
      yield body.join('\n');
      [body, characters] = [[], 0];
    }
    body.push(line);
    characters += line.length;
  }
  if (body.length > 0) yield body.join('\n');
}
