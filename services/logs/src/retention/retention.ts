import { DataSource } from 'typeorm';
import type { Logger } from '@windlass/telemetry';
import type { LogStore } from '../lines/index.js';

const INTERVAL_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** The bus brings a batch again within minutes; a week outlasts any outage between its writing and its being remembered. */
const BATCH_MEMORY_MS = 7 * DAY_MS;
const STREAMS_PER_PAGE = 500;
const BATCHES_PER_DELETE = 2_000;

/** Deletes lines that have outlived their stream's or group's days, what deleted streams left behind, and old batch ids. */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly lines: LogStore,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      // One run at a time: a slow one makes the next wait for its turn.
      this.running = this.running.then(() => this.run()).catch((error: unknown) => this.logger.warn({ err: error }, 'old log lines could not be deleted'));
    }, INTERVAL_MS).unref();
  }

  /** Resolves when the statement that is running has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Deletes all that is due. Streams whose days were changed come first: what they keep longer must not go. */
  async run(): Promise<void> {
    await this.retainStreams();
    if (!this.stopping) await this.lines.dropExpired();
    await this.clearDeletedStreams();
    const before = new Date(this.now() - BATCH_MEMORY_MS);
    while (!this.stopping && (await this.lines.forgetBatches(before, BATCHES_PER_DELETE)) === BATCHES_PER_DELETE);
  }

  private async retainStreams(): Promise<void> {
    for (let after = '00000000-0000-0000-0000-000000000000'; !this.stopping; ) {
      const streams = await this.dataSource.query<{ id: string; days: number }[]>(
        `SELECT stream.id, coalesce(stream.ttl_in_days, log_group.ttl_in_days) AS days
           FROM logs.log_streams AS stream JOIN logs.log_groups AS log_group ON log_group.id = stream.group_id
          WHERE stream.id > $1 ORDER BY stream.id LIMIT $2`,
        [after, STREAMS_PER_PAGE],
      );
      const last = streams.at(-1);
      if (last === undefined) return;
      await this.lines.retain(new Map(streams.map(({ id, days }) => [id, days])));
      after = last.id;
    }
  }

  private async clearDeletedStreams(): Promise<void> {
    const streams = await this.dataSource.query<{ id: string }[]>('SELECT stream_id AS id FROM logs.streams_to_clear ORDER BY deleted_at LIMIT $1', [STREAMS_PER_PAGE]);
    for (const { id } of streams) {
      if (this.stopping) return;
      await this.lines.clear(id);
      await this.dataSource.query('DELETE FROM logs.streams_to_clear WHERE stream_id = $1', [id]);
    }
  }
}
