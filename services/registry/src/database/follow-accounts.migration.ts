import { createAccountTable, dropAccountTable } from '@windlass/accounts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The registry's own copy of what iam publishes about accounts, and functions by their enterprise project. */
export class FollowAccounts1764000300000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await createAccountTable(queryRunner, 'registry');
    await queryRunner.query(`ALTER TABLE registry.functions ADD COLUMN enterprise_project_id text NOT NULL DEFAULT '0'`);
    await queryRunner.query(`
      UPDATE registry.functions SET enterprise_project_id = coalesce(nullif(record->'settings'->>'enterpriseProjectId', ''), '0')`);
    await queryRunner.query('ALTER TABLE registry.functions ALTER COLUMN enterprise_project_id DROP DEFAULT');
    await queryRunner.query('CREATE INDEX functions_of_enterprise_project ON registry.functions (domain_id, enterprise_project_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE registry.functions DROP COLUMN enterprise_project_id');
    await dropAccountTable(queryRunner, 'registry');
  }
}
