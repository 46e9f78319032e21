import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the platform made the key's material or its tenant brought it, and whether a service made the key for itself. */
export class AddKeyOrigins1766000000000 implements MigrationInterface {
  readonly name = 'AddKeyOrigins1766000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE kms.keys ADD COLUMN origin text NOT NULL DEFAULT 'kms', ADD COLUMN default_key boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE kms.keys DROP COLUMN origin, DROP COLUMN default_key');
  }
}
