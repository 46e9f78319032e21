import type { Pool } from 'pg';

/** Applied in order, each once; a change of the tables is a new entry, never an edit of an old one. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE bus.messages (
    topic          text        NOT NULL,
    partition      smallint    NOT NULL,
    transaction_id xid8        NOT NULL DEFAULT pg_current_xact_id(),
    position       bigint      GENERATED ALWAYS AS IDENTITY,
    key            text        NOT NULL,
    id             text        NOT NULL,
    payload        bytea       NOT NULL,
    headers        jsonb       NOT NULL,
    published_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, transaction_id, position)
  );
  CREATE TABLE bus.offsets (
    consumer_group text        NOT NULL,
    topic          text        NOT NULL,
    partition      smallint    NOT NULL,
    transaction_id xid8        NOT NULL DEFAULT '0',
    position       bigint      NOT NULL DEFAULT 0,
    batch_limit    integer     NOT NULL DEFAULT 1,
    failures       integer     NOT NULL DEFAULT 0,
    retry_at       timestamptz NOT NULL DEFAULT '-infinity',
    served_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer_group, topic, partition)
  );
  CREATE TABLE bus.dead_letters (
    consumer_group text        NOT NULL,
    topic          text        NOT NULL,
    partition      smallint    NOT NULL,
    transaction_id xid8        NOT NULL,
    position       bigint      NOT NULL,
    key            text        NOT NULL,
    id             text        NOT NULL,
    payload        bytea       NOT NULL,
    headers        jsonb       NOT NULL,
    error          text        NOT NULL,
    failed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer_group, topic, partition, transaction_id, position)
  );
  `,
];

/** Brings the bus's tables up to date; openers at the same moment take turns. */
export async function migrateBusSchema(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('windlass bus migration', 0))`);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS bus;
      CREATE TABLE IF NOT EXISTS bus.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
    `);
    const { rows } = await client.query<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM bus.migrations');
    const applied = rows[0]?.version ?? 0;
    if (applied > MIGRATIONS.length) {
      throw new Error(`The bus tables are of version ${applied} and this program knows ${MIGRATIONS.length}: run the newer program.`);
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < applied) continue;
      await client.query(migration);
      await client.query('INSERT INTO bus.migrations (version) VALUES ($1)', [index + 1]);
    }
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    // A connection in a failed transaction is not worth keeping.
    client.release(true);
    throw error;
  }
}
