import { addAccountIsolation, dropAccountIsolation } from '@windlass/accounts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What isolation the account demands of all its functions. */
export class AddAccountIsolation1797000000000 implements MigrationInterface {
  readonly name = 'AddAccountIsolation1797000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await addAccountIsolation(queryRunner, 'worker');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropAccountIsolation(queryRunner, 'worker');
  }
}
