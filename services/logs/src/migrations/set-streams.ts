import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tags of groups and streams, and streams that mask secrets. */
export class SetStreams1764000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE logs.log_groups ADD COLUMN tags jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE logs.log_streams ADD COLUMN tags jsonb NOT NULL DEFAULT '{}', ADD COLUMN masks_secrets boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE logs.log_streams DROP COLUMN masks_secrets, DROP COLUMN tags');
    await runner.query('ALTER TABLE logs.log_groups DROP COLUMN tags');
  }
}
