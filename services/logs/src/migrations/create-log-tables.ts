import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createEventTables, dropEventTables } from '@windlass/event-store';

export class CreateLogTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createEventTables(runner, 'logs');
    await runner.query(`
      CREATE TABLE logs.log_groups (
        id          uuid        PRIMARY KEY,
        domain_id   text        NOT NULL,
        project_id  text        NOT NULL,
        name        text        NOT NULL,
        alias       text        NOT NULL,
        ttl_in_days integer     NOT NULL,
        created_at  timestamptz NOT NULL,
        CONSTRAINT log_groups_name UNIQUE (project_id, name)
      )`);
    await runner.query('CREATE INDEX log_groups_of_account ON logs.log_groups (domain_id)');
    await runner.query(`
      CREATE TABLE logs.log_streams (
        id          uuid        PRIMARY KEY,
        group_id    uuid        NOT NULL REFERENCES logs.log_groups ON DELETE CASCADE,
        domain_id   text        NOT NULL,
        project_id  text        NOT NULL,
        name        text        NOT NULL,
        alias       text        NOT NULL,
        ttl_in_days integer,
        created_at  timestamptz NOT NULL,
        CONSTRAINT log_streams_name UNIQUE (group_id, name)
      )`);
    // Deleted streams whose lines are still to be deleted.
    await runner.query(`
      CREATE TABLE logs.streams_to_clear (
        stream_id  uuid        PRIMARY KEY,
        deleted_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE logs.lines (
        stream_id      uuid   NOT NULL,
        line_num       bigint NOT NULL,
        content        text   NOT NULL,
        labels         jsonb  NOT NULL,
        content_tokens text[] NOT NULL,
        label_tokens   text[] NOT NULL,
        PRIMARY KEY (stream_id, line_num)
      )`);
    await runner.query('CREATE INDEX lines_by_word ON logs.lines USING gin (content_tokens, label_tokens)');
    await runner.query('CREATE TABLE logs.stream_heads (stream_id uuid PRIMARY KEY, line_num bigint NOT NULL)');
    await runner.query(`
      CREATE TABLE logs.ingested_batches (
        batch_id    text        PRIMARY KEY,
        received_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX ingested_batches_by_time ON logs.ingested_batches (received_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['ingested_batches', 'stream_heads', 'lines', 'streams_to_clear', 'log_streams', 'log_groups']) {
      await runner.query(`DROP TABLE logs.${table}`);
    }
    await dropEventTables(runner, 'logs');
  }
}
