import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LetOperatorsManageAccounts1764000310000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE iam.accounts
        ADD COLUMN status_reason text NOT NULL DEFAULT '',
        ADD COLUMN status_changed_at timestamptz(3),
        ADD COLUMN is_operator boolean NOT NULL DEFAULT false,
        ADD COLUMN quotas jsonb NOT NULL DEFAULT '{}'`);
    await queryRunner.query(`
      UPDATE iam.accounts SET status_changed_at = created_at, is_operator = EXISTS (
        SELECT FROM iam.events WHERE stream_id = 'account-' || domain_id AND type = 'AccountCreated' AND (payload->>'isOperator')::boolean)`);
    await queryRunner.query('ALTER TABLE iam.accounts ALTER COLUMN status_changed_at SET NOT NULL');
    await queryRunner.query(`
      CREATE TABLE iam.invitations (
        id         text PRIMARY KEY,
        token_hash text NOT NULL UNIQUE,
        note       text NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        used_by    text,
        created_at timestamptz(3) NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE iam.invitations');
    await queryRunner.query(
      'ALTER TABLE iam.accounts DROP COLUMN status_reason, DROP COLUMN status_changed_at, DROP COLUMN is_operator, DROP COLUMN quotas',
    );
  }
}
