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

export const migrations = [CreateFunctions1763769600000];
