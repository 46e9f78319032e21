import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE iam.users
    ADD COLUMN area_code text NOT NULL DEFAULT '',
    ADD COLUMN phone text NOT NULL DEFAULT '',
    ADD COLUMN description text NOT NULL DEFAULT '',
    ADD COLUMN access_mode text NOT NULL DEFAULT 'default' CHECK (access_mode IN ('default', 'programmatic', 'console')),
    ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
    ADD COLUMN external_id text NOT NULL DEFAULT '',
    ADD COLUMN external_type text NOT NULL DEFAULT '',
    ADD COLUMN updated_at timestamptz(3)`,
  'UPDATE iam.users SET updated_at = created_at',
  'ALTER TABLE iam.users ALTER COLUMN updated_at SET NOT NULL',
  "ALTER TABLE iam.access_keys ADD COLUMN description text NOT NULL DEFAULT ''",
  'CREATE INDEX access_keys_of_user ON iam.access_keys (user_id)',
  // Not part of the read model, because no event tells of it.
  'CREATE TABLE iam.access_key_uses (access_key text PRIMARY KEY, used_at timestamptz(3) NOT NULL)',
  `ALTER TABLE iam.projects
    ADD COLUMN parent_id text,
    ADD COLUMN description text NOT NULL DEFAULT ''`,
  `ALTER TABLE iam.tokens
    ADD COLUMN agency_id text,
    ADD COLUMN methods text[] NOT NULL DEFAULT '{password}',
    ALTER COLUMN user_id DROP NOT NULL`,
  'CREATE INDEX tokens_of_agency ON iam.tokens (agency_id) WHERE agency_id IS NOT NULL',
  `CREATE TABLE iam.temporary_credentials (
    access_key    text PRIMARY KEY,
    user_id       text,
    agency_id     text,
    sealed_secret bytea NOT NULL,
    token_hash    text NOT NULL,
    created_at    timestamptz(3) NOT NULL,
    expires_at    timestamptz(3) NOT NULL,
    CHECK (user_id IS NOT NULL OR agency_id IS NOT NULL))`,
  'CREATE INDEX temporary_credentials_of_user ON iam.temporary_credentials (user_id)',
  'CREATE INDEX temporary_credentials_of_agency ON iam.temporary_credentials (agency_id) WHERE agency_id IS NOT NULL',
  'CREATE INDEX temporary_credentials_expiring ON iam.temporary_credentials (expires_at)',
];

const DOWN = [
  'DROP TABLE iam.temporary_credentials',
  'DROP INDEX iam.tokens_of_agency',
  'DELETE FROM iam.tokens WHERE user_id IS NULL',
  'ALTER TABLE iam.tokens DROP COLUMN agency_id, DROP COLUMN methods, ALTER COLUMN user_id SET NOT NULL',
  'ALTER TABLE iam.projects DROP COLUMN parent_id, DROP COLUMN description',
  'DROP TABLE iam.access_key_uses',
  'DROP INDEX iam.access_keys_of_user',
  'ALTER TABLE iam.access_keys DROP COLUMN description',
  `ALTER TABLE iam.users
    DROP COLUMN area_code, DROP COLUMN phone, DROP COLUMN description, DROP COLUMN access_mode,
    DROP COLUMN must_change_password, DROP COLUMN external_id, DROP COLUMN external_type, DROP COLUMN updated_at`,
];

/** What users, access keys, projects and tokens came to know of themselves, and credentials that end by themselves. */
export class ExtendIdentities1764101000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
