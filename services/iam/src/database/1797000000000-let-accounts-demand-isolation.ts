import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is asked of the isolation of an account's functions, by the account itself and by the operator. */
export class LetAccountsDemandIsolation1797000000000 implements MigrationInterface {
  readonly name = 'LetAccountsDemandIsolation1797000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE iam.accounts ADD COLUMN isolation jsonb NOT NULL DEFAULT '{"account": "standard", "operator": "standard"}'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE iam.accounts DROP COLUMN isolation');
  }
}
