import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Packages that functions no longer use, kept for going back to them. */
export class KeepSupersededPackages1764000600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE registry.superseded_packages (
        domain_id     text NOT NULL,
        digest        text NOT NULL,
        size_bytes    bigint NOT NULL,
        superseded_at timestamptz NOT NULL,
        PRIMARY KEY (domain_id, digest)
      )`);
    await queryRunner.query('CREATE INDEX superseded_by_digest ON registry.superseded_packages (digest)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE registry.superseded_packages');
  }
}
