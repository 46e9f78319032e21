import { createAccountTable, dropAccountTable } from '@windlass/accounts';
import { AddAccountIsolation1797000000000 } from '../account/add-account-isolation.migration.js';
import { AddAccountRevision1796500000000 } from '../account/add-account-revision.migration.js';
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

/** Reserved instances run without a request, so a restarted worker must know of them by itself. */
export class AddReserved1795348800000 implements MigrationInterface {
  readonly name = 'AddReserved1795348800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE worker.functions ADD COLUMN reserved integer NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE worker.functions DROP COLUMN reserved');
  }
}

export const migrations = [CreateFunctions1763769600000, CreateAccounts1764000300000, AddReserved1795348800000, AddAccountRevision1796500000000, AddAccountIsolation1797000000000];
