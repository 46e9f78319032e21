import type { QueryRunner } from 'typeorm';

/** A service's schema name becomes part of statements, where a parameter cannot stand: so nothing but this is taken. */
export function requireSchemaName(schema: string): string {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema)) throw new Error(`"${schema}" is not a schema name: lower-case letters, digits and _ only.`);
  return schema;
}

/** The channel on which a service's store tells that events were committed. */
export function notificationChannel(schema: string): string {
  return `windlass_events_${requireSchemaName(schema)}`;
}

/**
 * Creates the event log of a service and its relay's checkpoint, in the service's schema; for the first migration.
 * The log takes insertions only: changing, deleting and truncating are refused by the database itself.
 */
export async function createEventTables(queryRunner: QueryRunner, schema: string): Promise<void> {
  const s = requireSchemaName(schema);
  await queryRunner.query(`CREATE SCHEMA IF NOT EXISTS ${s}`);
  await queryRunner.query(`
    CREATE TABLE ${s}.events (
      global_position bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      transaction_id  xid8        NOT NULL DEFAULT pg_current_xact_id(),
      stream_id       text        NOT NULL,
      version         integer     NOT NULL CHECK (version > 0),
      event_id        uuid        NOT NULL UNIQUE,
      type            text        NOT NULL,
      schema_version  integer     NOT NULL CHECK (schema_version > 0),
      tenant          text        NOT NULL,
      payload         jsonb       NOT NULL,
      metadata        jsonb       NOT NULL,
      recorded_at     timestamptz(3) NOT NULL,
      previous_hash   bytea       NOT NULL CHECK (octet_length(previous_hash) = 32),
      hash            bytea       NOT NULL CHECK (octet_length(hash) = 32),
      CONSTRAINT events_stream_version UNIQUE (stream_id, version)
    )`);
  await queryRunner.query(`CREATE INDEX events_in_order ON ${s}.events (transaction_id, global_position)`);
  await queryRunner.query(`CREATE INDEX events_of_tenant ON ${s}.events (tenant, transaction_id, global_position)`);
  await queryRunner.query(`
    CREATE FUNCTION ${s}.refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'events are history: % on %.events is refused', TG_OP, TG_TABLE_SCHEMA USING ERRCODE = 'restrict_violation';
    END $$`);
  await queryRunner.query(`
    CREATE TRIGGER events_are_history BEFORE UPDATE OR DELETE OR TRUNCATE ON ${s}.events
    FOR EACH STATEMENT EXECUTE FUNCTION ${s}.refuse_event_change()`);
  await queryRunner.query(`
    CREATE TABLE ${s}.relay_checkpoint (
      only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      transaction_id  xid8    NOT NULL DEFAULT '0',
      global_position bigint  NOT NULL DEFAULT 0
    )`);
  await queryRunner.query(`INSERT INTO ${s}.relay_checkpoint DEFAULT VALUES`);
}

/** Undoes createEventTables; the schema stays, as other tables may live in it. */
export async function dropEventTables(queryRunner: QueryRunner, schema: string): Promise<void> {
  const s = requireSchemaName(schema);
  await queryRunner.query(`DROP TABLE IF EXISTS ${s}.relay_checkpoint, ${s}.relay_checkpoints`);
  await queryRunner.query(`DROP TABLE IF EXISTS ${s}.events`);
  await queryRunner.query(`DROP FUNCTION IF EXISTS ${s}.refuse_event_change()`);
}
