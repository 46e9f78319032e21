import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When keys are deleted and when their material is replaced. Only what is due is looked for, so the indexes hold nothing else. */
export class AddKeyLifecycles1796600000000 implements MigrationInterface {
  readonly name = 'AddKeyLifecycles1796600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE kms.keys
        DROP CONSTRAINT keys_state_check,
        ADD CONSTRAINT keys_state_check CHECK (state IN ('enabled', 'disabled', 'pending_deletion')),
        ADD COLUMN deletion_at timestamptz,
        ADD COLUMN rotation_interval_days integer NOT NULL DEFAULT 365,
        ADD COLUMN next_rotation_at timestamptz,
        ADD COLUMN last_rotation_at timestamptz`);
    await runner.query('CREATE INDEX keys_to_delete ON kms.keys (id, deletion_at) WHERE deletion_at IS NOT NULL');
    await runner.query('CREATE INDEX keys_to_rotate ON kms.keys (id, next_rotation_at) WHERE next_rotation_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE kms.keys
        DROP COLUMN deletion_at, DROP COLUMN rotation_interval_days, DROP COLUMN next_rotation_at, DROP COLUMN last_rotation_at,
        DROP CONSTRAINT keys_state_check,
        ADD CONSTRAINT keys_state_check CHECK (state IN ('enabled', 'disabled'))`);
  }
}
