import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Dependencies, and which functions use them. */
export class ShareDependencies1797200000000 implements MigrationInterface {
  readonly name = 'ShareDependencies1797200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE registry.dependency_versions (
        id         text PRIMARY KEY,
        depend_id  text NOT NULL,
        domain_id  text NOT NULL,
        project_id text NOT NULL,
        name       text NOT NULL,
        number     integer NOT NULL,
        runtime    text NOT NULL,
        digest     text NOT NULL,
        record     jsonb NOT NULL,
        UNIQUE (depend_id, number)
      )`);
    await queryRunner.query('CREATE INDEX dependencies_of_project ON registry.dependency_versions (project_id, name)');
    await queryRunner.query('CREATE INDEX dependencies_by_digest ON registry.dependency_versions (digest)');
    await queryRunner.query(`
      CREATE TABLE registry.dependency_uses (
        version_id   text NOT NULL,
        func_id      text NOT NULL,
        func_version text NOT NULL,
        func_name    text NOT NULL,
        PRIMARY KEY (version_id, func_id, func_version)
      )`);
    await queryRunner.query('CREATE INDEX dependency_uses_of_function ON registry.dependency_uses (func_id, func_version)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['dependency_uses', 'dependency_versions']) await queryRunner.query(`DROP TABLE registry.${table}`);
  }
}
