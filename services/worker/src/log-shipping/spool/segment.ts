import { open, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Before each record: how many bytes it has, and their CRC-32. */
const HEADER_BYTES = 8;
/** A record that says it is as long, or empty, is none. */
const LONGEST_RECORD = 64 * 1024 * 1024;

export const RECORD_OVERHEAD = HEADER_BYTES;

/** One file of a spool: records, one behind the other. Whatever follows the last whole record was never acknowledged. */
export class Segment {
  private handle: FileHandle | undefined;
  private readAt = 0;

  private constructor(
    readonly path: string,
    /** Bytes of it that count: written and on disk, or found there at the start. */
    public bytes: number,
    /** Made by this process; others are only read. */
    readonly isOpenToWrite: boolean,
  ) {}

  /** A new file, which must not exist. */
  static async create(path: string): Promise<Segment> {
    const segment = new Segment(path, 0, true);
    segment.handle = await open(path, 'wx+', 0o600);
    return segment;
  }

  static found(path: string, bytes: number): Segment {
    return new Segment(path, bytes, false);
  }

  get isRead(): boolean {
    return this.unreadBytes === 0;
  }

  get unreadBytes(): number {
    return this.bytes - this.readAt;
  }

  /** Appends records; when it resolves they will survive a crash of the machine. When it rejects, none of them counts. */
  async append(records: readonly Uint8Array[]): Promise<void> {
    const handle = this.handle!;
    const pieces = records.flatMap((record) => [headerOf(record), record]);
    const whole = Buffer.concat(pieces);
    // At its place: what an earlier append that failed has left there is overwritten.
    for (let written = 0; written < whole.length; ) written += (await handle.write(whole, written, whole.length - written, this.bytes + written)).bytesWritten;
    await handle.datasync();
    this.bytes += whole.length;
  }

  /** The next record; undefined at the end, and where what follows is no whole record. */
  async next(): Promise<Buffer | undefined> {
    this.handle ??= await open(this.path, 'r');
    const header = await this.readAll(this.handle, this.readAt, HEADER_BYTES);
    const length = header?.readUInt32LE(0) ?? 0;
    const record = length > 0 && length < LONGEST_RECORD ? await this.readAll(this.handle, this.readAt + HEADER_BYTES, length) : undefined;
    if (record === undefined || crc32(record) !== header!.readUInt32LE(4)) {
      this.readAt = this.bytes;
      return undefined;
    }
    this.readAt += HEADER_BYTES + length;
    return record;
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  private async readAll(handle: FileHandle, from: number, length: number): Promise<Buffer | undefined> {
    if (from + length > this.bytes) return undefined;
    const buffer = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(buffer, done, length - done, from + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return buffer;
  }
}

function headerOf(record: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(record.length, 0);
  header.writeUInt32LE(crc32(record), 4);
  return header;
}
