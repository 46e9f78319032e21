import type { MigrationInterface, QueryRunner } from 'typeorm';

// The type is json and not jsonb: a context is a caller's text and may hold what jsonb cannot.
const COLUMNS = `
  id                    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key_id                uuid        NOT NULL,
  project_id            text        NOT NULL,
  enterprise_project_id text        NOT NULL,
  operation             text        NOT NULL,
  outcome               text        NOT NULL,
  material_version      integer     NOT NULL,
  used_at               timestamptz NOT NULL,
  context               json        NOT NULL,
  who                   json        NOT NULL`;

/** Facts about uses of keys. No read model: they are made of nothing else, and rebuilding leaves them alone. */
export class CreateKeyUses1796600100000 implements MigrationInterface {
  readonly name = 'CreateKeyUses1796600100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE kms.key_uses (${COLUMNS})`);
    await runner.query('CREATE INDEX key_uses_of_key ON kms.key_uses (key_id, id)');
    await runner.query('CREATE INDEX key_uses_by_time ON kms.key_uses (used_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kms.key_uses');
  }
}
