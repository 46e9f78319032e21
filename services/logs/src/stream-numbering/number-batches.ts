import type { Pool, PoolClient } from 'pg';
import { lineNumbers, type AppendOutcome, type LineBatch } from '../lines/index.js';
import { isId } from '../naming.js';

/** What is known of a stream when its lines are numbered. */
interface StreamState {
  readonly owner: string;
  readonly days: number;
  readonly head: bigint;
}

interface Advance {
  readonly streamId: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly days: number;
}

/** The new batches of one stream, with the numbers of their lines. */
export interface NumberedStream {
  readonly streamId: string;
  readonly domainId: string;
  readonly projectId: string;
  /** How long its lines are kept. */
  readonly days: number;
  readonly batches: readonly { readonly lines: LineBatch['lines']; readonly numbers: readonly bigint[] }[];
}

export interface NumberedBatches {
  /** One for each batch, in their order. */
  readonly outcomes: AppendOutcome[];
  readonly streams: readonly NumberedStream[];
  /**
   * Makes the numbers true, in the caller's transaction: fails with StaleStreams where somebody else wrote to a stream, changed or
   * deleted it since, and holds the streams until the transaction ends. Batches are written once because of it.
   */
  readonly claim: (client: PoolClient) => Promise<void>;
}

/** Somebody else wrote to a stream, changed or deleted it since it was looked at: nothing was written. */
export class StaleStreams extends Error {}

/**
 * Numbers the lines of the batches that are new, outside of any transaction: what is made of them takes time, and readers of the event
 * bus wait for every transaction that writes.
 */
export async function numberBatches(pool: Pool, batches: readonly LineBatch[], receivedAt: bigint): Promise<NumberedBatches> {
  const known = await readStreams(pool, batches);
  const fresh = await unseenBatches(pool, batches);
  const outcomes: AppendOutcome[] = [];
  const byStream = new Map<string, LineBatch[]>();
  const claimed: string[] = [];
  for (const batch of batches) {
    if (known.get(batch.streamId)?.owner !== ownerOf(batch)) {
      outcomes.push('unknown stream');
    } else if (!fresh.delete(batch.batchId)) {
      outcomes.push('duplicate');
    } else {
      outcomes.push('written');
      claimed.push(batch.batchId);
      const others = byStream.get(batch.streamId);
      if (others) others.push(batch);
      else byStream.set(batch.streamId, [batch]);
    }
  }
  const advances: Advance[] = [];
  const streams = [...byStream].map(([streamId, given]): NumberedStream => {
    const { head, days } = known.get(streamId)!;
    let last = head;
    const numbered = given.map(({ lines }) => {
      const numbers = lineNumbers(last, lines.map(({ time }) => time), receivedAt);
      last = numbers.at(-1) ?? last;
      return { lines, numbers };
    });
    const first = numbered.find(({ numbers }) => numbers.length > 0)?.numbers[0];
    if (first !== undefined) advances.push({ streamId, first, last, days });
    const { domainId, projectId } = given[0]!;
    return { streamId, domainId, projectId, days, batches: numbered };
  });
  const claim = async (client: PoolClient): Promise<void> => {
    await requireUnchanged(client, byStream.keys(), known);
    await claimIds(client, claimed);
    await advance(client, advances);
  };
  return { outcomes, streams, claim };
}

function ownerOf({ domainId, projectId }: { domainId: string; projectId: string }): string {
  return `${domainId}/${projectId}`;
}

interface StreamRow {
  readonly id: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly days: number;
  readonly head: string;
}

const STREAMS = `
  SELECT stream.id, stream.domain_id AS "domainId", stream.project_id AS "projectId", coalesce(stream.ttl_in_days, log_group.ttl_in_days) AS days
    FROM logs.log_streams AS stream JOIN logs.log_groups AS log_group ON log_group.id = stream.group_id
   WHERE stream.id = ANY ($1::uuid[])`;

async function readStreams(pool: Pool, batches: readonly LineBatch[]): Promise<Map<string, StreamState>> {
  const ids = [...new Set(batches.map((batch) => batch.streamId))].filter(isId);
  const { rows } = await pool.query<StreamRow>(
    `SELECT known.*, coalesce(head.line_num, 0)::text AS head FROM (${STREAMS}) AS known LEFT JOIN logs.stream_heads AS head ON head.stream_id = known.id`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, { owner: ownerOf(row), days: row.days, head: BigInt(row.head) }]));
}

async function unseenBatches(pool: Pool, batches: readonly LineBatch[]): Promise<Set<string>> {
  const ids = new Set(batches.map((batch) => batch.batchId));
  const { rows } = await pool.query<{ batch_id: string }>('SELECT batch_id FROM logs.ingested_batches WHERE batch_id = ANY ($1::text[])', [[...ids]]);
  for (const { batch_id } of rows) ids.delete(batch_id);
  return ids;
}

/** Holds the streams until the transaction ends, so that they cannot be deleted. */
async function requireUnchanged(client: PoolClient, streamIds: Iterable<string>, streams: ReadonlyMap<string, StreamState>): Promise<void> {
  const ids = [...streamIds].sort();
  const { rows } = await client.query<StreamRow>(`${STREAMS} ORDER BY stream.id FOR KEY SHARE OF stream`, [ids]);
  const same = rows.filter((row) => streams.get(row.id)!.owner === ownerOf(row) && streams.get(row.id)!.days === row.days);
  if (same.length < ids.length) throw new StaleStreams();
}

async function claimIds(client: PoolClient, batchIds: readonly string[]): Promise<void> {
  const { rowCount } = await client.query('INSERT INTO logs.ingested_batches (batch_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [[...batchIds].sort()]);
  if (rowCount !== batchIds.length) throw new StaleStreams();
}

/** Moves the heads of the streams on, unless one has moved beyond the first number that was given out. */
async function advance(client: PoolClient, advances: readonly Advance[]): Promise<void> {
  if (advances.length === 0) return;
  const sorted = [...advances].sort((a, b) => (a.streamId < b.streamId ? -1 : 1));
  const { rows } = await client.query<{ moved: string }>(
    `WITH given AS (
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::smallint[]) AS given (stream_id, first, last, days)
     ), held AS (
       SELECT head.stream_id FROM logs.stream_heads AS head JOIN given USING (stream_id) ORDER BY stream_id FOR UPDATE OF head
     ), moved AS (
       UPDATE logs.stream_heads AS head
          SET line_num = given.last, least_days = least(head.least_days, given.days), most_days = greatest(head.most_days, given.days)
         FROM given JOIN held USING (stream_id) WHERE head.stream_id = given.stream_id AND head.line_num < given.first
       RETURNING 1
     ), begun AS (
       INSERT INTO logs.stream_heads (stream_id, line_num, least_days, most_days)
       SELECT stream_id, last, days, days FROM given WHERE stream_id NOT IN (SELECT stream_id FROM held) ORDER BY stream_id
       ON CONFLICT DO NOTHING RETURNING 1
     )
     SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM begun) AS moved`,
    [sorted.map(({ streamId }) => streamId), sorted.map(({ first }) => String(first)), sorted.map(({ last }) => String(last)), sorted.map(({ days }) => days)],
  );
  if (Number(rows[0]?.moved) !== advances.length) throw new StaleStreams();
}
