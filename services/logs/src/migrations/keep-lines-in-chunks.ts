import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ChunkWriter } from '../chunk/index.js';
import { createPartition } from '../postgres-log-store/chunk-partitions.js';
import { expiry } from '../postgres-log-store/chunk-search.js';
import { insertChunks, isMergeable, type PlacedChunk } from '../postgres-log-store/chunk-table.js';

const LINES_PER_PAGE = 5_000;
const DAYS_OF_NO_GROUP = 30;

interface OldLine {
  readonly line_num: string;
  readonly content: string;
  readonly labels: Record<string, string>;
}

/** Lines were rows of their own, with an index of their words; they become chunks. */
export class KeepLinesInChunks1764000400000 implements MigrationInterface {
  readonly name = 'KeepLinesInChunks1764000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE logs.chunks (
        expires_on date    NOT NULL,
        stream_id  uuid    NOT NULL,
        first_line bigint  NOT NULL,
        last_line  bigint  NOT NULL,
        lines      integer NOT NULL,
        bytes      integer NOT NULL,
        raw_bytes  integer NOT NULL,
        mergeable  boolean NOT NULL,
        filter     bytea,
        data       bytea   NOT NULL,
        PRIMARY KEY (stream_id, first_line, expires_on)
      ) PARTITION BY RANGE (expires_on)`);
    // Both are compressed or dense already, and parts of a filter are read where they lie.
    await runner.query('ALTER TABLE logs.chunks ALTER COLUMN filter SET STORAGE EXTERNAL, ALTER COLUMN data SET STORAGE EXTERNAL');
    await runner.query('CREATE INDEX chunks_to_merge ON logs.chunks (stream_id, first_line) WHERE mergeable');
    await runner.query('ALTER TABLE logs.stream_heads ADD COLUMN least_days smallint, ADD COLUMN most_days smallint');
    await runner.query(`
      UPDATE logs.stream_heads AS head SET least_days = kept.days, most_days = kept.days
        FROM (SELECT stream.id, coalesce(stream.ttl_in_days, log_group.ttl_in_days) AS days
                FROM logs.log_streams AS stream JOIN logs.log_groups AS log_group ON log_group.id = stream.group_id) AS kept
       WHERE kept.id = head.stream_id`);
    await runner.query('UPDATE logs.stream_heads SET least_days = $1, most_days = $1 WHERE least_days IS NULL', [DAYS_OF_NO_GROUP]);
    await runner.query('ALTER TABLE logs.stream_heads ALTER COLUMN least_days SET NOT NULL, ALTER COLUMN most_days SET NOT NULL');
    await this.moveLines(runner);
    await runner.query('DROP TABLE logs.lines');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Lines that were put into chunks stay there: restore a backup to go back.'));
  }

  private async moveLines(runner: QueryRunner): Promise<void> {
    const streams = (await runner.query('SELECT stream_id AS id, most_days AS days FROM logs.stream_heads')) as { id: string; days: number }[];
    const partitions = new Set<number>();
    for (const { id, days } of streams) {
      for await (const placed of this.chunksOf(runner, id, days)) {
        if (!partitions.has(placed.expiresOn)) await createPartition(runner, placed.expiresOn);
        partitions.add(placed.expiresOn);
        await insertChunks(runner, [placed]);
      }
    }
  }

  private async *chunksOf(runner: QueryRunner, streamId: string, days: number): AsyncGenerator<PlacedChunk> {
    const writer = new ChunkWriter();
    const finish = async (): Promise<PlacedChunk> => {
      const chunk = await writer.finish();
      return { streamId, chunk, expiresOn: expiry(chunk.lastLine, days), mergeable: isMergeable(chunk) };
    };
    for (let after = '-1', more = true; more; ) {
      const lines = (await runner.query(
        `SELECT line_num::text, content, labels FROM logs.lines WHERE stream_id = $1 AND line_num > $2 ORDER BY line_num LIMIT ${LINES_PER_PAGE}`,
        [streamId, after],
      )) as OldLine[];
      for (const { line_num, content, labels } of lines) {
        if (writer.refuses(BigInt(line_num))) yield await finish();
        writer.add(BigInt(line_num), content, labels);
        after = line_num;
      }
      more = lines.length === LINES_PER_PAGE;
    }
    if (writer.lines > 0) yield await finish();
  }
}
