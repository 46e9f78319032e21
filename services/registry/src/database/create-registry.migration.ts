import { createEventTables, dropEventTables } from '@windlass/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event log, the read models made of it, and the counters that the same transactions keep. */
export class CreateRegistry1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createEventTables(queryRunner, 'registry');
    await queryRunner.query(`
      CREATE TABLE registry.functions (
        stream_id   text PRIMARY KEY,
        func_id     text NOT NULL UNIQUE,
        domain_id   text NOT NULL,
        project_id  text NOT NULL,
        package     text NOT NULL,
        name        text NOT NULL,
        revision    integer NOT NULL,
        code_digest text NOT NULL,
        created_at  timestamptz NOT NULL,
        record      jsonb NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX functions_of_project ON registry.functions (project_id, created_at, func_id)');
    await queryRunner.query('CREATE INDEX functions_by_code ON registry.functions (code_digest)');
    await queryRunner.query(`
      CREATE TABLE registry.triggers (
        trigger_id text PRIMARY KEY,
        func_id    text NOT NULL,
        project_id text NOT NULL,
        group_id   text NOT NULL,
        path       text NOT NULL,
        method     text NOT NULL,
        revision   integer NOT NULL,
        created_at timestamptz NOT NULL,
        record     jsonb NOT NULL,
        CONSTRAINT triggers_one_per_path UNIQUE (group_id, path, method)
      )`);
    await queryRunner.query('CREATE INDEX triggers_of_function ON registry.triggers (func_id, created_at, trigger_id)');
    await queryRunner.query(`
      CREATE TABLE registry.api_groups (
        group_id   text PRIMARY KEY,
        domain_id  text NOT NULL,
        project_id text NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE registry.quota_usage (
        domain_id text NOT NULL,
        quota     text NOT NULL,
        used      bigint NOT NULL CHECK (used >= 0),
        PRIMARY KEY (domain_id, quota)
      )`);
    await queryRunner.query(`
      CREATE TABLE registry.packages (
        digest  text PRIMARY KEY,
        used_at timestamptz NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['packages', 'quota_usage', 'api_groups', 'triggers', 'functions']) await queryRunner.query(`DROP TABLE registry.${table}`);
    await dropEventTables(queryRunner, 'registry');
  }
}
