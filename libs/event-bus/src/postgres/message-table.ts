import { hash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import type { BusMessage } from '../event-bus.js';

/** Keys are spread over this many partitions of a topic. Never to be changed: a key would lose its order at the change. */
export const PARTITIONS = 8;

/** The channel that tells consumers of new messages; the payload is the topic. */
export const CHANNEL = 'windlass_bus';

/** A batch ends after the message with which its payloads pass this size. */
const BATCH_BYTES = 4 * 1024 * 1024;

type Queryable = Pool | ClientBase;

/** One partition of a topic, as a group sees it. */
export interface Partition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** The last message a group is done with; positions are 64-bit numbers and travel as text. */
export interface Offset {
  readonly transactionId: string;
  readonly position: string;
}

export interface PartitionProgress extends Offset {
  /** How many messages the next batch may hold: 1 after a failure, then doubled by every success. */
  readonly batchLimit: number;
  /** Failures in a row since the last success. */
  readonly failures: number;
}

export interface PositionedMessage extends Offset {
  readonly message: BusMessage;
}

export function partitionOf(key: string): number {
  return hash('sha256', key, 'buffer').readUInt32BE(0) % PARTITIONS;
}

/** Appends the messages in their order and rings the bell, in one statement: all or nothing. */
export async function insertMessages(db: Queryable, messages: readonly BusMessage[]): Promise<void> {
  await db.query(
    `WITH published AS (
       INSERT INTO bus.messages (topic, partition, key, id, payload, headers)
       SELECT topic, partition, key, id, payload, headers
         FROM unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::bytea[], $6::jsonb[])
           WITH ORDINALITY AS given (topic, partition, key, id, payload, headers, place)
        ORDER BY place
       RETURNING topic
     )
     SELECT pg_notify('${CHANNEL}', topic) FROM (SELECT DISTINCT topic FROM published) AS topics`,
    [
      messages.map((message) => message.topic),
      messages.map((message) => partitionOf(message.key)),
      messages.map((message) => message.key),
      messages.map((message) => message.id),
      messages.map((message) => Buffer.from(message.payload)),
      messages.map((message) => JSON.stringify(message.headers ?? {})),
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

/** The partitions that have something to hand over now, the longest neglected first. */
export async function partitionsWithWork(db: Queryable, group: string, topics: readonly string[]): Promise<Partition[]> {
  const { rows } = await db.query<Partition>(
    `SELECT $1 AS "group", topic, partition
       FROM bus.offsets AS progress
      WHERE consumer_group = $1 AND topic = ANY ($2::text[]) AND retry_at <= clock_timestamp()
        AND EXISTS (
          SELECT FROM bus.messages AS message
           WHERE message.topic = progress.topic AND message.partition = progress.partition
             AND (message.transaction_id, message.position) > (progress.transaction_id, progress.position)
             AND ${SETTLED})
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

export async function readBatch(db: Queryable, { topic, partition }: Partition, after: PartitionProgress): Promise<PositionedMessage[]> {
  const { rows } = await db.query<Offset & { key: string; id: string; payload: Buffer; headers: Record<string, string> }>(
    `SELECT transaction_id::text AS "transactionId", position::text AS position, key, id, payload, headers
       FROM (
         SELECT *, sum(octet_length(payload)) OVER (ORDER BY transaction_id, position) - octet_length(payload) AS bytes_before
           FROM (
             SELECT * FROM bus.messages AS message
              WHERE topic = $1 AND partition = $2 AND (transaction_id, position) > ($3::xid8, $4::bigint) AND ${SETTLED}
              ORDER BY message.transaction_id, message.position
              LIMIT $5
           ) AS next_messages
       ) AS measured
      WHERE bytes_before < ${BATCH_BYTES}
      ORDER BY measured.transaction_id, measured.position`,
    [topic, partition, after.transactionId, after.position, after.batchLimit],
  );
  return rows.map(({ transactionId, position, ...message }) => ({ transactionId, position, message: { topic, ...message } }));
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

/** Sets a message aside with what went wrong and moves the group past it, in one statement. */
export async function saveDeadLetter(
  db: Queryable,
  { group, topic, partition }: Partition,
  from: Offset,
  letter: PositionedMessage,
  error: string,
): Promise<void> {
  await db.query(
    `WITH moved AS (
       UPDATE bus.offsets
          SET transaction_id = $6, position = $7, batch_limit = 1, failures = 0, served_at = clock_timestamp()
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND transaction_id = $4 AND position = $5
       RETURNING consumer_group
     )
     INSERT INTO bus.dead_letters (consumer_group, topic, partition, transaction_id, position, key, id, payload, headers, error)
     SELECT moved.consumer_group, topic, partition, transaction_id, position, key, id, payload, headers, $8
       FROM bus.messages, moved
      WHERE topic = $2 AND partition = $3 AND transaction_id = $6 AND position = $7`,
    [group, topic, partition, from.transactionId, from.position, letter.transactionId, letter.position, error],
  );
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
