import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tags and test events of functions. */
export class TagFunctions1764000500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE registry.function_tags (
        func_id  text NOT NULL,
        key      text NOT NULL,
        value    text NOT NULL,
        position integer NOT NULL,
        PRIMARY KEY (func_id, key)
      )`);
    await queryRunner.query('CREATE INDEX function_tags_by_key ON registry.function_tags (key, value)');
    await queryRunner.query(`
      CREATE TABLE registry.test_events (
        func_id    text NOT NULL,
        id         text NOT NULL,
        created_at timestamptz NOT NULL,
        record     jsonb NOT NULL,
        PRIMARY KEY (func_id, id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['test_events', 'function_tags']) await queryRunner.query(`DROP TABLE registry.${table}`);
  }
}
