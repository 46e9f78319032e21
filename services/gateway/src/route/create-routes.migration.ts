import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRoutes1763769600000 implements MigrationInterface {
  readonly name = 'CreateRoutes1763769600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE gateway.routes (
        route_id text PRIMARY KEY,
        group_id text NOT NULL,
        revision bigint NOT NULL,
        definition jsonb,
        changed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query('CREATE INDEX removed_routes ON gateway.routes (changed_at) WHERE definition IS NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE gateway.routes');
  }
}
