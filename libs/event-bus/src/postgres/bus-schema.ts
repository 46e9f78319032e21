import type { ClientBase, Pool } from 'pg';

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
  // A message that cannot be handled stops its key, and those behind it wait among the dead letters. What was set aside before
  // was passed over for good.
  `
  ALTER TABLE bus.dead_letters ADD COLUMN given_up boolean NOT NULL DEFAULT true;
  ALTER TABLE bus.dead_letters ALTER COLUMN given_up SET DEFAULT false;
  ALTER TABLE bus.dead_letters ALTER COLUMN error DROP NOT NULL;
  CREATE INDEX dead_letters_waiting ON bus.dead_letters (consumer_group, topic, key, transaction_id, position) WHERE NOT given_up;
  CREATE TABLE bus.stopped_keys (
    consumer_group text        NOT NULL,
    topic          text        NOT NULL,
    partition      smallint    NOT NULL,
    key            text        NOT NULL,
    failures       integer     NOT NULL,
    error          text        NOT NULL,
    stopped_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at       timestamptz NOT NULL,
    PRIMARY KEY (consumer_group, topic, key)
  );
  CREATE TABLE bus.identity (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id       uuid    NOT NULL DEFAULT gen_random_uuid()
  );
  INSERT INTO bus.identity DEFAULT VALUES;
  `,
  // Of each entity only the newest message is needed.
  `
  ALTER TABLE bus.messages ADD COLUMN entity text;
  CREATE INDEX messages_of_entity ON bus.messages (topic, partition, key, entity, transaction_id, position) WHERE entity IS NOT NULL;
  `,
  // Large payloads come compressed, better than the database would, which need not try again.
  `
  ALTER TABLE bus.messages ADD COLUMN unpacked_bytes integer;
  ALTER TABLE bus.messages ALTER COLUMN payload SET STORAGE EXTERNAL;
  `,
  // How far services are behind in publishing, as they report it: nobody else looks into their schemas.
  `
  CREATE TABLE bus.relays (
    service     text        PRIMARY KEY,
    waiting     integer     NOT NULL,
    oldest_at   timestamptz,
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  `,
];

/** Brings the bus's tables up to date; openers at the same moment take turns. */
export async function prepareBusSchema(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await migrateBusSchema(client);
    client.release();
  } catch (error) {
    // A connection in a failed transaction is not worth keeping.
    client.release(true);
    throw error;
  }
}

/** The same over one connection, in a transaction of its own; up to a version, the newest by default. */
export async function migrateBusSchema(client: ClientBase, version = MIGRATIONS.length): Promise<void> {
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
  for (const [index, migration] of MIGRATIONS.slice(0, version).entries()) {
    if (index < applied) continue;
    await client.query(migration);
    await client.query('INSERT INTO bus.migrations (version) VALUES ($1)', [index + 1]);
  }
  await client.query('COMMIT');
}
