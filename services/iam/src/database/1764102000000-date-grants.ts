import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each grant was given. */
export class DateGrants1764102000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE iam.grants ADD COLUMN given_at timestamptz(3)');
    await queryRunner.query('UPDATE iam.grants SET given_at = recorded_at FROM iam.events WHERE events.event_id = grants.event_id');
    await queryRunner.query('ALTER TABLE iam.grants ALTER COLUMN given_at SET NOT NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE iam.grants DROP COLUMN given_at');
  }
}
