import { randomUUID } from 'node:crypto';
import type { LogLine } from '@windlass/contracts/logs/v1/log_batch';
import { BATCH, LogBuffer, type LogDestination } from './log-buffer.js';
import type { RateAllowance } from './rate-allowance.js';
import { encodeBatch, type ShippedBatch } from './shipped-batch.js';
import type { Spool } from './spool/spool.js';
import { Tally } from './tally.js';

/** Batches that wait in memory, to go to the bus or to the spool. */
const READY_BYTES = 2 * BATCH.bytes;

interface ReadyBatch extends ShippedBatch {
  /** Lines that were added, and where they count as settled once the batch is acknowledged. */
  readonly taken: number;
  readonly tally: Tally;
}

/**
 * What waits to be shipped of one account: lines in buffers, then batches in memory, and before them those in the spool. Each batch passes
 * through in order, so that within a stream nothing is overtaken.
 */
export class AccountQueue {
  /** By stream. The one that was served last is the last. */
  private readonly buffers = new Map<string, LogBuffer>();
  private readonly ready: ReadyBatch[] = [];
  private readyBytes = 0;
  private turn: Promise<unknown> = Promise.resolve();
  /** Of the lines in buffers. */
  lineBytes = 0;

  constructor(
    private readonly spool: Spool,
    readonly allowance: RateAllowance,
    private readonly maxStreamBytes: number,
    private readonly whyDropped: () => string,
  ) {}

  /** Whether nothing waits at all. */
  get isEmpty(): boolean {
    return this.buffers.size === 0 && this.ready.length === 0 && this.spool.isEmpty;
  }

  get hasUnspooled(): boolean {
    return this.ready.length > 0;
  }

  /** Whether there are lines on disk, behind which others have to wait. */
  get isSpooling(): boolean {
    return !this.spool.isEmpty;
  }

  get hasRoomForBatches(): boolean {
    return this.readyBytes < READY_BYTES;
  }

  /** Lines that are nowhere but in memory. */
  get unacknowledged(): number {
    return [...this.buffers.values()].reduce((sum, { length }) => sum + length, 0) + this.ready.reduce((sum, { taken }) => sum + taken, 0);
  }

  /** Takes a line; answers the buffer it lies in. */
  add(destination: LogDestination, line: LogLine, now: number): LogBuffer {
    let buffer = this.buffers.get(destination.streamId);
    if (buffer === undefined) {
      buffer = new LogBuffer(destination, this.maxStreamBytes, new Tally());
      this.buffers.set(destination.streamId, buffer);
    }
    const before = buffer.bytes;
    buffer.add(line, now);
    this.lineBytes += buffer.bytes - before;
    return buffer;
  }

  /** Drops the oldest lines of the fullest buffer until so many bytes are free, or one line is left. */
  dropOldest(bytes: number): void {
    const fullest = [...this.buffers.values()].reduce((a, b) => (a.bytes >= b.bytes ? a : b));
    const before = fullest.bytes;
    while (before - fullest.bytes < bytes && fullest.length > 1) fullest.dropOldest();
    this.lineBytes += fullest.bytes - before;
  }

  /** Makes batches of lines while there is room for them, the streams in turns. */
  form(now: number, isLast: boolean): void {
    for (let waiting = [...this.buffers]; waiting.length > 0; ) {
      const more: typeof waiting = [];
      for (const entry of waiting) {
        if (!this.hasRoomForBatches) return;
        if (this.formOne(...entry, now, isLast)) more.push(entry);
      }
      waiting = more;
    }
  }

  /** The oldest batches, at most so many. They stay until `shipped`. */
  oldest(count: number): Promise<readonly ShippedBatch[]> {
    return this.alone(async () => (this.spool.isEmpty ? this.ready.slice(0, count) : this.spool.oldest(count)));
  }

  /** The oldest so many are on the bus. */
  shipped(count: number): Promise<void> {
    return this.alone(async () => {
      const spooled = this.spool.isEmpty ? 0 : await this.spool.shipped(count);
      this.acknowledge(count - spooled);
    });
  }

  /** Moves batches from memory to the spool, as many as it has room for; answers whether any were moved. */
  spill(): Promise<boolean> {
    return this.alone(async () => {
      if (this.ready.length === 0) return false;
      const kept = await this.spool.append([...this.ready]);
      this.acknowledge(kept);
      return kept > 0;
    });
  }

  /** Resolves when all lines added so far are acknowledged, or dropped. */
  async settled(): Promise<void> {
    const tallies = new Set([...[...this.buffers.values()].map(({ tally }) => tally), ...this.ready.map(({ tally }) => tally)]);
    await Promise.all([...tallies].map((tally) => tally.reached()));
  }

  close(): Promise<void> {
    return this.alone(() => this.spool.close());
  }

  /** Answers whether the stream has more. */
  private formOne(streamId: string, buffer: LogBuffer, now: number, isLast: boolean): boolean {
    const before = buffer.bytes;
    const made = buffer.take(randomUUID(), now, this.whyDropped, isLast);
    this.lineBytes += buffer.bytes - before;
    this.buffers.delete(streamId);
    if (!buffer.isEmpty) this.buffers.set(streamId, buffer);
    if (made === undefined) return false;
    const batch = { ...encodeBatch(made.batch), taken: made.taken, tally: buffer.tally };
    this.ready.push(batch);
    this.readyBytes += batch.payload.length;
    return !buffer.isEmpty;
  }

  private acknowledge(count: number): void {
    for (const { payload, taken, tally } of this.ready.splice(0, count)) {
      this.readyBytes -= payload.length;
      tally.settle(taken);
    }
  }

  /** One after the other: where a batch is must not change under another's hands. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
