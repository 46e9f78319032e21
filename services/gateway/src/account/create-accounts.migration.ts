import { createAccountTable, dropAccountTable } from '@windlass/accounts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The gateway's own copy of what iam publishes about accounts. */
export class CreateAccounts1764000300000 implements MigrationInterface {
  readonly name = 'CreateAccounts1764000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createAccountTable(queryRunner, 'gateway');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropAccountTable(queryRunner, 'gateway');
  }
}
