import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createEventTables, dropEventTables } from '@windlass/event-store';

// Material refers to no key by a foreign key: read models are emptied and made again, and must not take it with them.
const TABLES = {
  keys: `
    id                    uuid        PRIMARY KEY,
    domain_id             text        NOT NULL,
    project_id            text        NOT NULL,
    alias                 text        NOT NULL,
    description           text        NOT NULL,
    enterprise_project_id text        NOT NULL,
    key_spec              text        NOT NULL,
    key_usage             text        NOT NULL,
    state                 text        NOT NULL CHECK (state IN ('enabled', 'disabled')),
    material_version      integer     NOT NULL,
    created_at            timestamptz NOT NULL,
    CONSTRAINT keys_alias UNIQUE (project_id, alias)`,
  key_materials: `
    key_id     uuid        NOT NULL,
    version    integer     NOT NULL CHECK (version > 0),
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key_id, version)`,
  root_key: `
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    check_value bytea   NOT NULL`,
};

export class CreateKeyTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createEventTables(runner, 'kms');
    for (const [name, columns] of Object.entries(TABLES)) await runner.query(`CREATE TABLE kms.${name} (${columns})`);
    await runner.query('CREATE INDEX keys_of_account ON kms.keys (domain_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES).reverse()) await runner.query(`DROP TABLE kms.${name}`);
    await dropEventTables(runner, 'kms');
  }
}
