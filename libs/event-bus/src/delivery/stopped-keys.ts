import type { ClientBase, Pool } from 'pg';
import type { BusMessage, StoppedKey, StoppedKeyName } from '../event-bus.js';
import type { Parked } from './deliver.js';

type Queryable = Pool | ClientBase;

/** One partition of a topic, as a group sees it. */
export interface Partition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** A place in a partition; positions are 64-bit numbers and travel as text. Kafka's offsets have the transaction id 0. */
export interface Offset {
  readonly transactionId: string;
  readonly position: string;
}

export interface PositionedMessage extends Offset {
  readonly message: BusMessage;
}

/** A stopped key whose time for another try has come. */
export interface DueKey extends Partition {
  readonly key: string;
  readonly failures: number;
}

/** What trying a stopped key again needs of where the messages behind it are kept. */
export interface WaitingMessages {
  /** What waits behind the key, the oldest first. */
  readWaiting(name: StoppedKeyName, limit: number): Promise<PositionedMessage[]>;
  /** The first waiting message failed again. */
  keepStopped(name: StoppedKeyName, outcome: { failures: number; error: unknown; retryMilliseconds: number }): Promise<void>;
  /** Forgets what was handled at last. The key goes on once nothing waits behind it any more; answers whether it does. */
  settle(due: DueKey, handled: readonly Offset[]): Promise<boolean>;
}

/** Those of the bus's own tables. */
export function waitingIn(db: Queryable): WaitingMessages {
  return {
    readWaiting: (name, limit) => readWaiting(db, name, limit),
    keepStopped: (name, outcome) => keepStopped(db, name, outcome),
    settle: (due, handled) => settle(db, due, handled),
  };
}

/** At most so many messages of a partition wait behind stopped keys; then the whole partition waits. */
export const PARKED_PER_PARTITION = 2_000;

/** The keys of a partition that are stopped, and how many messages more may be parked. */
export async function readStopped(db: Queryable, { group, topic, partition }: Partition): Promise<{ stopped: ReadonlySet<string>; room: number }> {
  const { rows } = await db.query<{ keys: string[]; waiting: number }>(
    `SELECT array(SELECT key FROM bus.stopped_keys WHERE consumer_group = $1 AND topic = $2 AND partition = $3) AS keys,
            (SELECT count(*)::int FROM bus.dead_letters WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND NOT given_up) AS waiting`,
    [group, topic, partition],
  );
  const { keys, waiting } = rows[0] ?? { keys: [], waiting: 0 };
  return { stopped: new Set(keys), room: Math.max(0, PARKED_PER_PARTITION - waiting) };
}

/** Keeps parked messages, and stops the keys of those that failed. What was parked before stays as it is. */
export async function park(db: Queryable, { group, topic, partition }: Partition, parked: readonly Parked<PositionedMessage>[], retryMilliseconds: number, failures: number): Promise<void> {
  const positions = parked.map(({ positioned }) => positioned);
  await db.query(
    `WITH parked AS (
       INSERT INTO bus.dead_letters (consumer_group, topic, partition, transaction_id, position, key, id, payload, headers, error)
       SELECT $1, $2, $3, transaction_id, position, key, id, payload, headers, error
         FROM unnest($4::xid8[], $5::bigint[], $6::text[], $7::text[], $8::bytea[], $9::jsonb[], $10::text[])
           AS given (transaction_id, position, key, id, payload, headers, error)
       ON CONFLICT DO NOTHING
       RETURNING key, error
     )
     INSERT INTO bus.stopped_keys (consumer_group, topic, partition, key, failures, error, retry_at)
     SELECT $1, $2, $3, key, $12, error, clock_timestamp() + $11 * interval '1 millisecond' FROM parked WHERE error IS NOT NULL
     ON CONFLICT DO NOTHING`,
    [
      group,
      topic,
      partition,
      positions.map(({ transactionId }) => transactionId),
      positions.map(({ position }) => position),
      positions.map(({ message }) => message.key),
      positions.map(({ message }) => message.id),
      positions.map(({ message }) => Buffer.from(message.payload)),
      positions.map(({ message }) => JSON.stringify(message.headers ?? {})),
      parked.map(({ error }) => (error === undefined ? null : errorText(error))),
      retryMilliseconds,
      failures,
    ],
  );
}

/** The stopped keys of a partition that are to be tried again now, the longest due first. */
export async function readDueKeys(db: Queryable, { group, topic, partition }: Partition, limit: number): Promise<DueKey[]> {
  const { rows } = await db.query<DueKey>(
    `SELECT consumer_group AS "group", topic, partition, key, failures FROM bus.stopped_keys
      WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND retry_at <= clock_timestamp() ORDER BY retry_at LIMIT $4`,
    [group, topic, partition, limit],
  );
  return rows;
}

/** The partitions of a group's topics that have a stopped key to be tried again now. */
export async function partitionsWithDueKeys(db: Queryable, group: string, topics: readonly string[]): Promise<Partition[]> {
  const { rows } = await db.query<Partition>(
    `SELECT DISTINCT consumer_group AS "group", topic, partition FROM bus.stopped_keys
      WHERE consumer_group = $1 AND topic = ANY ($2::text[]) AND retry_at <= clock_timestamp()`,
    [group, topics],
  );
  return rows;
}

async function readWaiting(db: Queryable, { group, topic, key }: StoppedKeyName, limit: number): Promise<PositionedMessage[]> {
  const { rows } = await db.query<Offset & { id: string; payload: Buffer; headers: Record<string, string> }>(
    `SELECT transaction_id::text AS "transactionId", position::text AS position, id, payload, headers FROM bus.dead_letters
      WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND NOT given_up ORDER BY transaction_id, position LIMIT $4`,
    [group, topic, key, limit],
  );
  return rows.map(({ transactionId, position, ...message }) => ({ transactionId, position, message: { topic, key, ...message } }));
}

async function settle(db: Queryable, { group, topic, partition, key }: DueKey, handled: readonly Offset[]): Promise<boolean> {
  const { rows } = await db.query<{ open: boolean }>(
    `WITH handled AS (
       DELETE FROM bus.dead_letters WHERE consumer_group = $1 AND topic = $2 AND partition = $3
          AND (transaction_id, position) IN (SELECT * FROM unnest($5::xid8[], $6::bigint[]))
     ), remaining AS (
       SELECT count(*) AS count FROM bus.dead_letters
        WHERE consumer_group = $1 AND topic = $2 AND key = $4 AND NOT given_up
          AND (transaction_id, position) NOT IN (SELECT * FROM unnest($5::xid8[], $6::bigint[]))
     ), opened AS (
       DELETE FROM bus.stopped_keys USING remaining WHERE consumer_group = $1 AND topic = $2 AND key = $4 AND remaining.count = 0
       RETURNING key
     ), next AS (
       UPDATE bus.stopped_keys SET failures = 0, retry_at = clock_timestamp() FROM remaining
        WHERE consumer_group = $1 AND topic = $2 AND key = $4 AND remaining.count > 0
     )
     SELECT EXISTS (SELECT FROM opened) AS open`,
    [group, topic, partition, key, handled.map(({ transactionId }) => transactionId), handled.map(({ position }) => position)],
  );
  return rows[0]?.open ?? false;
}

async function keepStopped(db: Queryable, { group, topic, key }: StoppedKeyName, outcome: { failures: number; error: unknown; retryMilliseconds: number }): Promise<void> {
  await db.query(
    `UPDATE bus.stopped_keys SET failures = $4, error = $5, retry_at = clock_timestamp() + $6 * interval '1 millisecond'
      WHERE consumer_group = $1 AND topic = $2 AND key = $3`,
    [group, topic, key, outcome.failures, errorText(outcome.error), outcome.retryMilliseconds],
  );
}

export async function listStoppedKeys(db: Queryable): Promise<StoppedKey[]> {
  const { rows } = await db.query<StoppedKey>(
    `SELECT consumer_group AS "group", topic, key, first.id AS "messageId", stopped.error, failures,
            stopped_at AS "stoppedAt", retry_at AS "nextTryAt", first.waiting
       FROM bus.stopped_keys AS stopped
       CROSS JOIN LATERAL (
         SELECT id, count(*) OVER ()::int AS waiting FROM bus.dead_letters AS letter
          WHERE letter.consumer_group = stopped.consumer_group AND letter.topic = stopped.topic AND letter.key = stopped.key AND NOT given_up
          ORDER BY transaction_id, position LIMIT 1
       ) AS first
      ORDER BY stopped_at LIMIT 1000`,
  );
  return rows;
}

export async function retryNow(db: Queryable, { group, topic, key }: StoppedKeyName): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE bus.stopped_keys SET retry_at = clock_timestamp() WHERE consumer_group = $1 AND topic = $2 AND key = $3',
    [group, topic, key],
  );
  return rowCount === 1;
}

/** Gives up the first message that waits behind the key, if it is that one, and has the next one tried. */
export async function giveUp(db: Queryable, { group, topic, key, messageId }: StoppedKeyName & { messageId: string }): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH first AS (
       SELECT partition, transaction_id, position, id FROM bus.dead_letters
        WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND NOT given_up ORDER BY transaction_id, position LIMIT 1
     ), given_up AS (
       UPDATE bus.dead_letters AS letter SET given_up = true FROM first
        WHERE letter.consumer_group = $1 AND letter.topic = $2 AND letter.partition = first.partition
          AND letter.transaction_id = first.transaction_id AND letter.position = first.position AND first.id = $4
       RETURNING letter.key
     )
     UPDATE bus.stopped_keys SET retry_at = clock_timestamp(), failures = 0
      WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND EXISTS (SELECT FROM given_up)`,
    [group, topic, key, messageId],
  );
  return rowCount === 1;
}

/** Of a group that begins anew: all of it will be handed over again. */
export async function forgetStopped(db: Queryable, group: string): Promise<void> {
  await db.query('WITH letters AS (DELETE FROM bus.dead_letters WHERE consumer_group = $1) DELETE FROM bus.stopped_keys WHERE consumer_group = $1', [group]);
}

/** What an operator reads: the error's own words. Bounded, and without what text in a database cannot hold. */
function errorText(error: unknown): string {
  return String(error).replaceAll('\0', '\uFFFD').slice(0, 2_000);
}
