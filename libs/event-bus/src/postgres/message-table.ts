import type { ClientBase, Pool } from 'pg';
import type { Offset, Partition, PositionedMessage } from '../delivery/stopped-keys.js';
import type { BusMessage, GroupLag } from '../event-bus.js';
import { partitionOf, PARTITIONS } from '../partition-of.js';
import { fromKept, toKeep } from './kept-payload.js';

/** The channel that tells consumers of new messages; the payload is the topic. */
export const CHANNEL = 'windlass_bus';

/** A batch ends after the message with which its payloads pass this size. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** A group is told exactly how far it is behind up to here. */
const COUNTED = 100_000;

type Queryable = Pool | ClientBase;

export interface PartitionProgress extends Offset {
  /** How many messages the next batch may hold: 1 after a failure, then doubled by every success. */
  readonly batchLimit: number;
  /** Failures in a row since the last success. */
  readonly failures: number;
}

/**
 * Appends the messages in their order and rings the bell, in one statement: all or nothing. Their payloads travel as one binary value and
 * are cut apart there: an array of them would travel as text, twice as long.
 */
export async function insertMessages(db: Queryable, messages: readonly BusMessage[]): Promise<void> {
  const kept = await Promise.all(messages.map(({ payload }) => toKeep(payload)));
  const starts: number[] = [];
  let size = 0;
  for (const { payload } of kept) {
    // The first byte of a value is number 1.
    starts.push(size + 1);
    size += payload.length;
  }
  await db.query(
    `WITH published AS (
       INSERT INTO bus.messages (topic, partition, key, id, payload, unpacked_bytes, headers, entity)
       SELECT topic, partition, key, id, substring($5::bytea FROM start FOR bytes), unpacked_bytes, headers, entity
         FROM unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $6::int[], $7::int[], $8::int[], $9::jsonb[], $10::text[])
           WITH ORDINALITY AS given (topic, partition, key, id, start, bytes, unpacked_bytes, headers, entity, place)
        ORDER BY place
       RETURNING topic
     )
     SELECT pg_notify('${CHANNEL}', topic) FROM (SELECT DISTINCT topic FROM published) AS topics`,
    [
      messages.map((message) => message.topic),
      messages.map((message) => partitionOf(message.key)),
      messages.map((message) => message.key),
      messages.map((message) => message.id),
      Buffer.concat(kept.map(({ payload }) => payload)),
      starts,
      kept.map(({ payload }) => payload.length),
      kept.map(({ unpackedBytes }) => unpackedBytes),
      messages.map((message) => JSON.stringify(message.headers ?? {})),
      messages.map((message) => message.entity ?? null),
    ],
  );
}

/** Makes the group known, at the beginning of every topic it has not consumed before. */
export async function enrollGroup(db: Queryable, group: string, topics: readonly string[]): Promise<void> {
  await db.query(
    `INSERT INTO bus.offsets (consumer_group, topic, partition)
     SELECT $1, topic, partition FROM unnest($2::text[]) AS topic, generate_series(0, $3::int - 1) AS partition
     ON CONFLICT DO NOTHING`,
    [group, topics, PARTITIONS],
  );
}

/**
 * Positions are handed out before commit, so a message may appear below one that was read already. Therefore only the
 * messages of transactions older than every running one are read: none can appear below them any more.
 */
const SETTLED = 'message.transaction_id < pg_snapshot_xmin(pg_current_snapshot())';

/** The partitions that have something to hand over now, a stopped key to be tried again among it; the longest neglected first. */
export async function partitionsWithWork(db: Queryable, group: string, topics: readonly string[]): Promise<Partition[]> {
  const { rows } = await db.query<Partition>(
    `SELECT $1 AS "group", topic, partition
       FROM bus.offsets AS progress
      WHERE consumer_group = $1 AND topic = ANY ($2::text[]) AND retry_at <= clock_timestamp()
        AND (EXISTS (
          SELECT FROM bus.messages AS message
           WHERE message.topic = progress.topic AND message.partition = progress.partition
             AND (message.transaction_id, message.position) > (progress.transaction_id, progress.position)
             AND ${SETTLED})
          OR EXISTS (
          SELECT FROM bus.stopped_keys AS stopped
           WHERE stopped.consumer_group = $1 AND stopped.topic = progress.topic AND stopped.partition = progress.partition
             AND stopped.retry_at <= clock_timestamp()))
      ORDER BY served_at`,
    [group, topics],
  );
  return rows;
}

/** Where the group stands, or undefined while a failure is waited out. To be asked by the partition's owner only. */
export async function readProgress(db: Queryable, { group, topic, partition }: Partition): Promise<PartitionProgress | undefined> {
  const { rows } = await db.query<PartitionProgress>(
    `SELECT transaction_id::text AS "transactionId", position::text AS position, batch_limit AS "batchLimit", failures
       FROM bus.offsets
      WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND retry_at <= clock_timestamp()`,
    [group, topic, partition],
  );
  return rows[0];
}

export async function readBatch(db: Queryable, { topic, partition }: Pick<Partition, 'topic' | 'partition'>, after: PartitionProgress): Promise<PositionedMessage[]> {
  const { rows } = await db.query<Offset & { key: string; id: string; payload: Buffer; unpackedBytes: number | null; headers: Record<string, string> }>(
    `SELECT transaction_id::text AS "transactionId", position::text AS position, key, id, payload, unpacked_bytes AS "unpackedBytes", headers
       FROM (
         SELECT *, sum(coalesce(unpacked_bytes, octet_length(payload))) OVER (ORDER BY transaction_id, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
           FROM (
             SELECT * FROM bus.messages AS message
              WHERE topic = $1 AND partition = $2 AND (transaction_id, position) > ($3::xid8, $4::bigint) AND ${SETTLED}
              ORDER BY message.transaction_id, message.position
              LIMIT $5
           ) AS next_messages
       ) AS measured
      WHERE bytes_before IS NULL OR bytes_before < ${BATCH_BYTES}
      ORDER BY measured.transaction_id, measured.position`,
    [topic, partition, after.transactionId, after.position, after.batchLimit],
  );
  return Promise.all(
    rows.map(async ({ transactionId, position, key, id, headers, ...kept }) => ({ transactionId, position, message: { topic, key, id, headers, payload: await fromKept(kept) } })),
  );
}

/** Moves on, unless somebody else has moved the group in the meantime; answers whether it did. */
export async function saveProgress(
  db: Queryable,
  { group, topic, partition }: Partition,
  from: Offset,
  to: Offset,
  batchLimit: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE bus.offsets
        SET transaction_id = $6, position = $7, batch_limit = $8, failures = 0, served_at = clock_timestamp()
      WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND transaction_id = $4 AND position = $5`,
    [group, topic, partition, from.transactionId, from.position, to.transactionId, to.position, batchLimit],
  );
  return rowCount === 1;
}

/** Stays, and tries the next message alone after the delay. */
export async function saveFailure(
  db: Queryable,
  { group, topic, partition }: Partition,
  at: Offset,
  { failures, delayMilliseconds }: { failures: number; delayMilliseconds: number },
): Promise<void> {
  await db.query(
    `UPDATE bus.offsets
        SET failures = $6, batch_limit = 1, served_at = clock_timestamp(),
            retry_at = clock_timestamp() + $7 * interval '1 millisecond'
      WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND transaction_id = $4 AND position = $5`,
    [group, topic, partition, at.transactionId, at.position, failures, delayMilliseconds],
  );
}

/** How many messages each group has still to take, of those it consumes. */
export async function readLags(db: Queryable): Promise<GroupLag[]> {
  const { rows } = await db.query<GroupLag>(
    `SELECT consumer_group AS "group", topic, sum(behind)::int AS behind
       FROM bus.offsets AS progress
       CROSS JOIN LATERAL (
         SELECT count(*) AS behind FROM (
           SELECT FROM bus.messages AS message
            WHERE message.topic = progress.topic AND message.partition = progress.partition
              AND (message.transaction_id, message.position) > (progress.transaction_id, progress.position)
            LIMIT ${COUNTED}
         ) AS unread
       ) AS counted
      GROUP BY consumer_group, topic ORDER BY consumer_group, topic`,
  );
  return rows;
}

/** Deletes messages of a topic that are old enough and that every group is done with; answers how many, at most `limit`. */
export async function deleteConsumed(db: Queryable, topic: string, olderThanMilliseconds: number, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM bus.messages WHERE (topic, partition, transaction_id, position) IN (
       SELECT topic, partition, transaction_id, position
         FROM bus.messages AS message
        WHERE topic = $1 AND published_at < clock_timestamp() - $2 * interval '1 millisecond'
          AND NOT EXISTS (
            SELECT FROM bus.offsets AS progress
             WHERE progress.topic = message.topic AND progress.partition = message.partition
               AND (progress.transaction_id, progress.position) < (message.transaction_id, message.position))
        LIMIT $3)`,
    [topic, olderThanMilliseconds, limit],
  );
  return rowCount ?? 0;
}

/**
 * Deletes messages whose entity a newer message states, once every group is past that newer one and it is old enough; answers
 * how many, at most `limit`.
 */
export async function deleteOverwritten(db: Queryable, olderThanMilliseconds: number, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM bus.messages WHERE (topic, partition, transaction_id, position) IN (
       SELECT topic, partition, transaction_id, position
         FROM bus.messages AS message
        WHERE entity IS NOT NULL
          AND EXISTS (
            SELECT FROM bus.messages AS newer
             WHERE newer.topic = message.topic AND newer.partition = message.partition AND newer.key = message.key AND newer.entity = message.entity
               AND (newer.transaction_id, newer.position) > (message.transaction_id, message.position)
               AND newer.published_at < clock_timestamp() - $1 * interval '1 millisecond'
               AND NOT EXISTS (
                 SELECT FROM bus.offsets AS progress
                  WHERE progress.topic = newer.topic AND progress.partition = newer.partition
                    AND (progress.transaction_id, progress.position) < (newer.transaction_id, newer.position)))
        LIMIT $2)`,
    [olderThanMilliseconds, limit],
  );
  return rowCount ?? 0;
}
