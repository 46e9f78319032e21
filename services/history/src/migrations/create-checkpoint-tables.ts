import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = {
  checkpoints: `
    account_id text    NOT NULL,
    number     integer NOT NULL CHECK (number > 0),
    content    jsonb   NOT NULL,
    hash       bytea   NOT NULL CHECK (octet_length(hash) = 32),
    key_id     text    NOT NULL,
    algorithm  text    NOT NULL,
    signature  bytea   NOT NULL,
    PRIMARY KEY (account_id, number)`,
  // What the roots of checkpoints are made of, so that an event that is wrong can be named.
  sealed_events: `
    account_id text    NOT NULL,
    service    text    NOT NULL,
    number     integer NOT NULL CHECK (number > 0),
    position   text    NOT NULL,
    event_id   text    NOT NULL,
    stream_id  text    NOT NULL,
    version    integer NOT NULL,
    digest     bytea   NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (account_id, service, number)`,
  // Which accounts are to be looked at, and what the last look found. `changes` tells a mark that came meanwhile.
  accounts: `
    account_id    text        PRIMARY KEY,
    changes       bigint      NOT NULL DEFAULT 0,
    due_at        timestamptz,
    claimed_until timestamptz,
    checked_at    timestamptz,
    problem       jsonb`,
  followed_sources: `
    service  text PRIMARY KEY,
    position text NOT NULL`,
};
const EVIDENCE = ['checkpoints', 'sealed_events'] as const;

export class CreateCheckpointTables1767000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(TABLES)) await runner.query(`CREATE TABLE history.${name} (${columns})`);
    await runner.query('CREATE INDEX accounts_due ON history.accounts (due_at) WHERE due_at IS NOT NULL');
    await runner.query(`
      CREATE FUNCTION history.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'checkpoints are evidence: % on history.% is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$`);
    for (const name of EVIDENCE) {
      await runner.query(`CREATE TRIGGER ${name}_are_evidence BEFORE UPDATE OR DELETE OR TRUNCATE ON history.${name} FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES).reverse()) await runner.query(`DROP TABLE history.${name}`);
    await runner.query('DROP FUNCTION history.refuse_change()');
  }
}
