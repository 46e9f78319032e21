import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the store in VictoriaLogs remembers here: the tenant of each stream, and lines that may not have been written out yet. */
export class KeepLinesInVictoriaLogs1797100000000 implements MigrationInterface {
  readonly name = 'KeepLinesInVictoriaLogs1797100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE logs.victorialogs_streams (stream_id uuid PRIMARY KEY, account_id bigint NOT NULL, project_id bigint NOT NULL)');
    await runner.query(`
      CREATE TABLE logs.unsettled_lines (
        stream_id  uuid        NOT NULL,
        first_line bigint      NOT NULL,
        last_line  bigint      NOT NULL,
        lines      integer     NOT NULL,
        raw_bytes  integer     NOT NULL,
        data       bytea       NOT NULL,
        missed     smallint    NOT NULL DEFAULT 0,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        posted_at  timestamptz,
        PRIMARY KEY (stream_id, first_line)
      )`);
    // Compressed already.
    await runner.query('ALTER TABLE logs.unsettled_lines ALTER COLUMN data SET STORAGE EXTERNAL');
    await runner.query('CREATE INDEX unposted_lines ON logs.unsettled_lines (stream_id, first_line) WHERE posted_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE logs.unsettled_lines');
    await runner.query('DROP TABLE logs.victorialogs_streams');
  }
}
