import type { DataSource, EntityManager } from 'typeorm';
import { isId } from '../naming.js';
import { labelTokensOf, tokensOf, toSql, type Bind } from '../search/index.js';
import { lineNumbers } from './line-number.js';
import { LogStore, type AppendOutcome, type LineBatch, type LineFilter, type LogLine } from './log-store.js';
import { searchTooSlow } from './log-store.errors.js';

const LINES_PER_INSERT = 1_000;
const LAST_LINE_NUMBER = 2n ** 63n - 1n;

interface LineRow {
  readonly line_num: string;
  readonly content: string;
  readonly labels: Record<string, string>;
}

interface NewLineRow extends LineRow {
  readonly stream_id: string;
  readonly content_tokens: readonly string[];
  readonly label_tokens: readonly string[];
}

/**
 * Lines in a table ordered by stream and line number. The words of content and labels stand in arrays beside them, with an
 * inverted index, cut by the same function as search expressions are.
 */
export class PostgresLogStore extends LogStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => number = Date.now,
  ) {
    super();
  }

  append(batches: readonly LineBatch[]): Promise<AppendOutcome[]> {
    return this.dataSource.transaction(async (manager) => {
      const streams = await lockStreams(manager, batches);
      const known = batches.filter((batch) => streams.get(batch.streamId) === ownerOf(batch));
      const fresh = await claimBatches(manager, known);
      const outcomes: AppendOutcome[] = [];
      const written: LineBatch[] = [];
      for (const batch of batches) {
        if (streams.get(batch.streamId) !== ownerOf(batch)) {
          outcomes.push('unknown stream');
        } else if (fresh.delete(batch.batchId)) {
          outcomes.push('written');
          written.push(batch);
        } else {
          outcomes.push('duplicate');
        }
      }
      await this.write(manager, written);
      return outcomes;
    });
  }

  async query(filter: LineFilter, page: { order: 'ascending' | 'descending'; limit: number }): Promise<LogLine[]> {
    const { condition, parameters, bind } = conditionOf(filter);
    const rows = await this.search<LineRow>(
      `SELECT line_num, content, labels FROM logs.lines WHERE ${condition}
        ORDER BY line_num ${page.order === 'ascending' ? 'ASC' : 'DESC'} LIMIT ${bind(page.limit)}::integer`,
      parameters,
    );
    return rows.map(({ line_num, content, labels }) => ({ lineNumber: BigInt(line_num), content, labels }));
  }

  async count(filter: LineFilter): Promise<number> {
    const { condition, parameters } = conditionOf(filter);
    const rows = await this.search<{ count: string }>(`SELECT count(*) AS count FROM logs.lines WHERE ${condition}`, parameters);
    return Number(rows[0]?.count ?? 0);
  }

  prune(streamId: string, before: bigint, limit: number): Promise<number> {
    return this.deleted(
      `DELETE FROM logs.lines WHERE stream_id = $1 AND line_num IN (
         SELECT line_num FROM logs.lines WHERE stream_id = $1 AND line_num < $2 ORDER BY line_num LIMIT $3)`,
      [streamId, String(before), limit],
    );
  }

  async clear(streamId: string, limit: number): Promise<boolean> {
    if ((await this.prune(streamId, LAST_LINE_NUMBER, limit)) === limit) return false;
    await this.deleted('DELETE FROM logs.stream_heads WHERE stream_id = $1', [streamId]);
    return true;
  }

  forgetBatches(receivedBefore: Date, limit: number): Promise<number> {
    return this.deleted(
      `DELETE FROM logs.ingested_batches WHERE batch_id IN (
         SELECT batch_id FROM logs.ingested_batches WHERE received_at < $1 ORDER BY received_at LIMIT $2)`,
      [receivedBefore, limit],
    );
  }

  private async write(manager: EntityManager, batches: readonly LineBatch[]): Promise<void> {
    const receivedAt = BigInt(this.now()) * 1_000_000n;
    const heads = await lockHeads(manager, batches);
    let rows: NewLineRow[] = [];
    for (const { streamId, lines } of batches) {
      const times = lines.map((line) => line.time);
      for (const [index, number] of lineNumbers(heads.get(streamId) ?? 0n, times, receivedAt).entries()) {
        const { content, labels } = lines[index]!;
        heads.set(streamId, number);
        rows.push({ stream_id: streamId, line_num: String(number), content, labels, content_tokens: tokensOf(content), label_tokens: labelTokensOf(labels) });
        if (rows.length === LINES_PER_INSERT) {
          await insertLines(manager, rows);
          rows = [];
        }
      }
    }
    if (rows.length > 0) await insertLines(manager, rows);
    if (heads.size > 0) await saveHeads(manager, heads);
  }

  private async search<R>(statement: string, parameters: unknown[]): Promise<R[]> {
    try {
      return await this.dataSource.query<R[]>(statement, parameters);
    } catch (error) {
      const QUERY_CANCELED = '57014';
      if ((error as { driverError?: { code?: string } }).driverError?.code === QUERY_CANCELED) throw searchTooSlow(error);
      throw error;
    }
  }

  private async deleted(statement: string, parameters: unknown[]): Promise<number> {
    // The driver answers a DELETE with its rows, of which there are none here, and their number.
    const [, count] = await this.dataSource.query<[unknown[], number]>(statement, parameters);
    return count;
  }
}

function conditionOf({ streamId, from, to, labels, expression }: LineFilter): { condition: string; parameters: unknown[]; bind: Bind } {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const conditions = [`stream_id = ${bind(streamId)}`, `line_num BETWEEN ${bind(String(from))} AND ${bind(String(to))}`];
  if (Object.keys(labels).length > 0) {
    // Equal labels have equal words, so the index of words narrows the search before the labels are compared.
    conditions.push(`label_tokens @> ${bind(labelTokensOf(labels))}::text[]`, `labels @> ${bind(JSON.stringify(labels))}::jsonb`);
  }
  if (expression) conditions.push(toSql(expression, bind));
  return { condition: conditions.join(' AND '), parameters, bind };
}

function ownerOf({ domainId, projectId }: { domainId: string; projectId: string }): string {
  return `${domainId}/${projectId}`;
}

/** The owners of the streams that exist; they cannot be deleted until the transaction ends. */
async function lockStreams(manager: EntityManager, batches: readonly LineBatch[]): Promise<Map<string, string>> {
  const ids = [...new Set(batches.map((batch) => batch.streamId))].filter(isId).sort();
  const rows = await manager.query<{ id: string; domainId: string; projectId: string }[]>(
    `SELECT id, domain_id AS "domainId", project_id AS "projectId" FROM logs.log_streams WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, ownerOf(row)]));
}

/** Records the batches; answers the ids of those that were never seen before. */
async function claimBatches(manager: EntityManager, batches: readonly LineBatch[]): Promise<Set<string>> {
  const ids = [...new Set(batches.map((batch) => batch.batchId))].sort();
  const rows = await manager.query<{ batch_id: string }[]>(
    'INSERT INTO logs.ingested_batches (batch_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING batch_id',
    [ids],
  );
  return new Set(rows.map((row) => row.batch_id));
}

/** The last line number of each stream, 0 for a new one; held until the transaction ends, so that numbers ascend. */
async function lockHeads(manager: EntityManager, batches: readonly LineBatch[]): Promise<Map<string, bigint>> {
  const ids = [...new Set(batches.map((batch) => batch.streamId))].sort();
  if (ids.length === 0) return new Map();
  const rows = await manager.query<{ streamId: string; lineNumber: string }[]>(
    `INSERT INTO logs.stream_heads (stream_id, line_num) SELECT id, 0 FROM unnest($1::uuid[]) AS given (id) ORDER BY id
     ON CONFLICT (stream_id) DO UPDATE SET line_num = stream_heads.line_num
     RETURNING stream_id AS "streamId", line_num AS "lineNumber"`,
    [ids],
  );
  return new Map(rows.map((row) => [row.streamId, BigInt(row.lineNumber)]));
}

async function saveHeads(manager: EntityManager, heads: ReadonlyMap<string, bigint>): Promise<void> {
  await manager.query(
    `UPDATE logs.stream_heads AS head SET line_num = given.line_num
       FROM unnest($1::uuid[], $2::bigint[]) AS given (stream_id, line_num) WHERE head.stream_id = given.stream_id`,
    [[...heads.keys()], [...heads.values()].map(String)],
  );
}

async function insertLines(manager: EntityManager, rows: readonly NewLineRow[]): Promise<void> {
  await manager.query(
    `INSERT INTO logs.lines (stream_id, line_num, content, labels, content_tokens, label_tokens)
     SELECT stream_id, line_num, content, labels, content_tokens, label_tokens FROM jsonb_to_recordset($1::jsonb)
         AS given (stream_id uuid, line_num bigint, content text, labels jsonb, content_tokens text[], label_tokens text[])`,
    [JSON.stringify(rows)],
  );
}
