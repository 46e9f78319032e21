import { addAccountRevision, dropAccountRevision } from '@windlass/accounts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** With it an older message about an account that comes after a newer one changes nothing. */
export class AddAccountRevision1796500000000 implements MigrationInterface {
  readonly name = 'AddAccountRevision1796500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await addAccountRevision(queryRunner, 'logs');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropAccountRevision(queryRunner, 'logs');
  }
}
