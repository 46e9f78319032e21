import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '@windlass/telemetry';
import { decodeBatch, type ShippedBatch } from '../shipped-batch.js';
import { RECORD_OVERHEAD, Segment } from './segment.js';
import type { SpoolRoom } from './spool-room.js';

/** A larger file takes no more; a file goes when all of it has been shipped. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
const SEGMENT_NAME = /^(\d{12})\.lines$/;

/**
 * Batches of one account on disk, oldest first. It is only written to while batches cannot go to the bus as fast as they come. Which of them were
 * shipped is remembered by file: after a crash some are shipped again, and the log service knows them by their ids.
 *
 * Its calls must not overlap.
 */
export class Spool {
  /** Read, not shipped yet; each with the file it is from. */
  private readonly read: { readonly batch: ShippedBatch; readonly from: Segment }[] = [];
  private bytes: number;

  /** An empty one, for which nothing is made on disk yet. */
  constructor(
    private readonly directory: string,
    private readonly room: SpoolRoom,
    private readonly logger: Logger,
    private readonly segments: Segment[] = [],
  ) {
    this.bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    room.take(this.bytes);
  }

  /** Opens what an earlier process has left. */
  static async open(directory: string, room: SpoolRoom, logger: Logger): Promise<Spool> {
    const segments: Segment[] = [];
    for (const name of (await readdir(directory)).sort()) {
      const number = SEGMENT_NAME.exec(name)?.[1];
      if (number === undefined) continue;
      room.found(Number(number));
      segments.push(Segment.found(join(directory, name), (await stat(join(directory, name))).size));
    }
    return new Spool(directory, room, logger, segments);
  }

  get isEmpty(): boolean {
    return this.read.length === 0 && this.segments.every((segment) => segment.isRead);
  }

  /**
   * Appends the first of the batches, as many as there is room for, and answers how many. They are acknowledged then: they survive
   * a crash of the machine. 0 also when the disk refuses.
   */
  async append(batches: readonly ShippedBatch[]): Promise<number> {
    const records: Uint8Array[] = [];
    let bytes = 0;
    for (const { payload } of batches) {
      const size = payload.length + RECORD_OVERHEAD;
      if (!this.room.fits(this.bytes, bytes + size)) break;
      records.push(payload);
      bytes += size;
    }
    if (records.length === 0) return 0;
    try {
      await (await this.segmentToWrite()).append(records);
    } catch (error) {
      this.logger.error({ err: error, directory: this.directory }, 'log lines could not be written to the spool');
      return 0;
    }
    this.bytes += bytes;
    this.room.take(bytes);
    return records.length;
  }

  /** The oldest batches, at most so many. They stay until `shipped`. */
  async oldest(count: number): Promise<readonly ShippedBatch[]> {
    while (this.read.length < count) {
      const segment = this.segments.find((candidate) => !candidate.isRead);
      if (segment === undefined) break;
      const { unreadBytes, path } = segment;
      const batch = batchOf(await segment.next());
      if (batch !== undefined) this.read.push({ batch, from: segment });
      // What a crash cut short was never acknowledged; anything else is a broken disk.
      else this.logger.warn({ path, bytes: unreadBytes }, 'the end of a file of the log spool is no whole batch');
    }
    return this.read.slice(0, count).map(({ batch }) => batch);
  }

  /** The oldest so many are on the bus: forgets them. Answers how many it had of them. */
  async shipped(count: number): Promise<number> {
    await this.oldest(count);
    const { length } = this.read.splice(0, count);
    while (this.segments[0]?.isRead && this.segments[0] !== this.read[0]?.from) {
      const segment = this.segments.shift()!;
      await segment.remove();
      this.bytes -= segment.bytes;
      this.room.giveBack(segment.bytes);
    }
    return length;
  }

  async close(): Promise<void> {
    for (const segment of this.segments) await segment.close();
  }

  /** Files of earlier processes are only read: what is torn at their end stays there. */
  private async segmentToWrite(): Promise<Segment> {
    const last = this.segments.at(-1);
    if (last !== undefined && last.isOpenToWrite && last.bytes < SEGMENT_BYTES) return last;
    const firstMade = await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const segment = await Segment.create(join(this.directory, `${String(this.room.nextNumber()).padStart(12, '0')}.lines`));
    // A new file is found after a crash only when its directory is on disk too, and so on.
    for (let path = this.directory; ; path = dirname(path)) {
      await syncDirectory(path);
      if (firstMade === undefined || path === dirname(firstMade)) break;
    }
    this.segments.push(segment);
    return segment;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function batchOf(record: Buffer | undefined): ShippedBatch | undefined {
  try {
    return record === undefined ? undefined : decodeBatch(record);
  } catch {
    return undefined;
  }
}
