import { createAccountTable, dropAccountTable } from '@windlass/accounts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFunctions1763769600000 implements MigrationInterface {
  readonly name = 'CreateFunctions1763769600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE worker.functions (
        func_id text NOT NULL,
        version text NOT NULL,
        revision bigint NOT NULL,
        removed boolean NOT NULL,
        domain_id text NOT NULL,
        PRIMARY KEY (func_id, version)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE worker.functions');
  }
}

/** The worker's own copy of what iam publishes about accounts. */
export class CreateAccounts1764000300000 implements MigrationInterface {
  readonly name = 'CreateAccounts1764000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createAccountTable(queryRunner, 'worker');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropAccountTable(queryRunner, 'worker');
  }
}

export const migrations = [CreateFunctions1763769600000, CreateAccounts1764000300000];
