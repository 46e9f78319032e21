import type { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { mergeChunks } from './merge-chunks.js';
import { SMALL_CHUNKS } from './plan-merges.js';

const SWEEP_MS = 10 * 60_000;
const STREAMS_PER_SWEEP = 1_000;

/** Merges small chunks behind the writers, one stream after another, where enough have gathered. */
export class ChunkMerging {
  private readonly gathered = new Map<string, number>();
  private readonly waiting = new Set<string>();
  private running: Promise<void> | undefined;
  private sweeping: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {}

  /** Looks now and then for what a process left behind that ended. */
  start(): void {
    this.sweeping = setInterval(() => void this.sweep(), SWEEP_MS).unref();
    void this.sweep();
  }

  /** Tells that a small chunk was written. */
  added(streamId: string): void {
    const count = (this.gathered.get(streamId) ?? 0) + 1;
    if (count < SMALL_CHUNKS) {
      this.gathered.set(streamId, count);
      return;
    }
    this.gathered.delete(streamId);
    this.waiting.add(streamId);
    this.run();
  }

  /** Resolves when nothing waits to be merged. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sweeping);
    await this.idle();
  }

  private run(): void {
    if (this.stopping) return;
    this.running ??= this.mergeAll().finally(() => (this.running = undefined));
  }

  private async mergeAll(): Promise<void> {
    for (const streamId of this.waiting) {
      if (this.stopping) return;
      this.waiting.delete(streamId);
      try {
        if (await mergeChunks(this.pool, streamId)) this.waiting.add(streamId);
      } catch (error) {
        this.logger.warn({ err: error, log_stream_id: streamId }, 'small chunks of log lines could not be merged');
      }
    }
  }

  private async sweep(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ id: string }>(
        `SELECT stream_id AS id FROM logs.chunks WHERE mergeable GROUP BY stream_id HAVING count(*) >= ${SMALL_CHUNKS} LIMIT ${STREAMS_PER_SWEEP}`,
      );
      // Those that no longer exist would stay for ever.
      this.gathered.clear();
      for (const { id } of rows) this.waiting.add(id);
      this.run();
    } catch (error) {
      if (!this.stopping) this.logger.warn({ err: error }, 'small chunks of log lines could not be looked for');
    }
  }
}
