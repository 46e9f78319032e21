import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Transfers of streams to buckets, and how far each has come. */
export class ShipLogs1764000700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE logs.log_transfers (
        id         uuid        PRIMARY KEY,
        domain_id  text        NOT NULL,
        project_id text        NOT NULL,
        group_id   uuid        NOT NULL,
        stream_ids uuid[]      NOT NULL,
        settings   jsonb       NOT NULL,
        created_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX log_transfers_of_project ON logs.log_transfers (project_id)');
    // No part of the read model: what was shipped is a fact, and outlasts a rebuilding of the transfers.
    await runner.query(`
      CREATE TABLE logs.transfer_progress (
        transfer_id uuid        NOT NULL,
        stream_id   uuid        NOT NULL,
        began       bigint      NOT NULL,
        shipped_to  bigint      NOT NULL,
        shipping_to bigint,
        due_at      timestamptz NOT NULL,
        problem     text        NOT NULL DEFAULT '',
        PRIMARY KEY (transfer_id, stream_id)
      )`);
    await runner.query('CREATE INDEX transfer_progress_due ON logs.transfer_progress (due_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['transfer_progress', 'log_transfers']) await runner.query(`DROP TABLE logs.${table}`);
  }
}
