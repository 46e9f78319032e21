import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Published versions and aliases of functions, and what of a function a trigger calls. */
export class PublishVersions1764000400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE registry.function_versions (
        func_id     text NOT NULL,
        name        text NOT NULL,
        revision    integer NOT NULL,
        code_digest text NOT NULL,
        record      jsonb NOT NULL,
        PRIMARY KEY (func_id, name)
      )`);
    await queryRunner.query('CREATE INDEX versions_by_code ON registry.function_versions (code_digest)');
    await queryRunner.query(`
      CREATE TABLE registry.function_aliases (
        func_id    text NOT NULL,
        name       text NOT NULL,
        revision   integer NOT NULL,
        created_at timestamptz NOT NULL,
        record     jsonb NOT NULL,
        PRIMARY KEY (func_id, name)
      )`);
    // Triggers of the first releases all call the working version.
    await queryRunner.query(`ALTER TABLE registry.triggers ADD COLUMN qualifier text NOT NULL DEFAULT 'latest'`);
    await queryRunner.query('ALTER TABLE registry.triggers ALTER COLUMN qualifier DROP DEFAULT');
    await queryRunner.query('CREATE INDEX triggers_of_project ON registry.triggers (project_id, created_at, trigger_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX registry.triggers_of_project');
    await queryRunner.query('ALTER TABLE registry.triggers DROP COLUMN qualifier');
    for (const table of ['function_aliases', 'function_versions']) await queryRunner.query(`DROP TABLE registry.${table}`);
  }
}
