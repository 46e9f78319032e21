import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEnterpriseProjects1764000300000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE iam.enterprise_projects (
        id          text PRIMARY KEY,
        domain_id   text NOT NULL,
        name        text NOT NULL,
        description text NOT NULL,
        type        text NOT NULL CHECK (type IN ('prod', 'poc')),
        status      text NOT NULL CHECK (status IN ('enabled', 'disabled')),
        created_at  timestamptz(3) NOT NULL,
        updated_at  timestamptz(3) NOT NULL,
        CONSTRAINT enterprise_projects_name_unique UNIQUE (domain_id, name)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE iam.enterprise_projects');
  }
}
