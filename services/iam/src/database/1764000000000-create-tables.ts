import { createEventTables, dropEventTables } from '@windlass/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

// No foreign key leads from credentials and tokens to the read models: those are emptied and made again from the events,
// and must not take with them what no event holds.
const TABLES = {
  accounts: `
    domain_id  text PRIMARY KEY,
    name       text NOT NULL,
    name_key   text NOT NULL CONSTRAINT accounts_name_key_unique UNIQUE,
    status     text NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    created_at timestamptz(3) NOT NULL`,
  users: `
    user_id    text PRIMARY KEY,
    domain_id  text NOT NULL,
    name       text NOT NULL,
    name_key   text NOT NULL,
    email      text NOT NULL,
    roles      text[] NOT NULL,
    status     text NOT NULL CHECK (status IN ('enabled', 'disabled')),
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT users_name_key_unique UNIQUE (domain_id, name_key)`,
  user_passwords: `
    user_id text PRIMARY KEY,
    hash    text NOT NULL,
    set_at  timestamptz(3) NOT NULL`,
  log_in_failures: `
    user_id      text PRIMARY KEY,
    failed_at    timestamptz(3)[] NOT NULL,
    locked_until timestamptz(3)`,
  projects: `
    project_id text PRIMARY KEY,
    domain_id  text NOT NULL,
    name       text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT projects_name_unique UNIQUE (domain_id, name)`,
  access_keys: `
    access_key text PRIMARY KEY,
    user_id    text NOT NULL,
    status     text NOT NULL CHECK (status IN ('active', 'inactive')),
    created_at timestamptz(3) NOT NULL`,
  access_key_secrets: `
    access_key    text PRIMARY KEY,
    sealed_secret bytea NOT NULL`,
  tokens: `
    token_hash text PRIMARY KEY,
    user_id    text NOT NULL,
    project_id text,
    issued_at  timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL`,
};

export class CreateTables1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createEventTables(queryRunner, 'iam');
    for (const [name, columns] of Object.entries(TABLES)) await queryRunner.query(`CREATE TABLE iam.${name} (${columns})`);
    await queryRunner.query('CREATE INDEX tokens_of_user ON iam.tokens (user_id, expires_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES).reverse()) await queryRunner.query(`DROP TABLE iam.${name}`);
    await dropEventTables(queryRunner, 'iam');
  }
}
