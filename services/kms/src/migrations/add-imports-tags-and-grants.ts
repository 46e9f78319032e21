import type { MigrationInterface, QueryRunner } from 'typeorm';

// No foreign keys: read models are emptied and made again. What tells imported material from other is no read model, like material itself.
const GRANTS = `
  id           text        PRIMARY KEY,
  key_id       uuid        NOT NULL,
  grantee      text        NOT NULL,
  grantee_type text        NOT NULL CHECK (grantee_type IN ('user', 'domain')),
  operations   text[]      NOT NULL,
  name         text        NOT NULL,
  issuer       text        NOT NULL,
  retiring     text        NOT NULL,
  created_at   timestamptz NOT NULL`;

const IMPORTED = `
  key_id      uuid  PRIMARY KEY,
  check_value bytea NOT NULL`;

/** Keys whose material is imported, tags of keys, and grants on them. */
export class AddImportsTagsAndGrants1796600200000 implements MigrationInterface {
  readonly name = 'AddImportsTagsAndGrants1796600200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE kms.keys
        DROP CONSTRAINT keys_state_check,
        ADD CONSTRAINT keys_state_check CHECK (state IN ('enabled', 'disabled', 'pending_import', 'pending_deletion')),
        ADD COLUMN material_expires_at timestamptz,
        ADD COLUMN tags jsonb NOT NULL DEFAULT '[]'`);
    await runner.query('CREATE INDEX keys_to_expire ON kms.keys (id, material_expires_at) WHERE material_expires_at IS NOT NULL');
    await runner.query('CREATE INDEX keys_of_project ON kms.keys (project_id, id)');
    await runner.query(`CREATE TABLE kms.imported_materials (${IMPORTED})`);
    await runner.query(`CREATE TABLE kms.key_grants (${GRANTS})`);
    await runner.query('CREATE INDEX key_grants_of_key ON kms.key_grants (key_id, id)');
    await runner.query('CREATE INDEX key_grants_by_issuer ON kms.key_grants (issuer, id)');
    await runner.query(`CREATE INDEX key_grants_by_retiring ON kms.key_grants (retiring, id) WHERE retiring <> ''`);
    await runner.query('CREATE INDEX key_grants_by_grantee ON kms.key_grants (grantee, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kms.key_grants');
    await runner.query('DROP TABLE kms.imported_materials');
    await runner.query('DROP INDEX kms.keys_of_project');
    await runner.query(`
      ALTER TABLE kms.keys
        DROP COLUMN material_expires_at,
        DROP COLUMN tags,
        DROP CONSTRAINT keys_state_check,
        ADD CONSTRAINT keys_state_check CHECK (state IN ('enabled', 'disabled', 'pending_deletion'))`);
  }
}
