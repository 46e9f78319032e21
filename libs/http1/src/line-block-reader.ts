import { Http1Error, type Http1ErrorReason } from './http1-error.js';

const CR = 0x0d;
const LF = 0x0a;
const SMALLEST_BUFFER_BYTES = 1024;
const EMPTY = Buffer.alloc(0);

export interface LineBlockLimits {
  /** Bytes of the whole block, with its line endings and the empty line. */
  readonly maxBytes: number;
  /** Bytes of the first line, with its line ending. */
  readonly maxFirstLineBytes: number;
  readonly tooLarge: Http1ErrorReason;
  readonly firstLineTooLong: Http1ErrorReason;
  /** Skip one empty line before the block (RFC 9112, 2.2: for servers that wait for a request). */
  readonly skipEmptyLine: boolean;
}

/**
 * Collects the lines up to an empty line from pieces of any size, and nothing beyond. A block that arrives in one piece is
 * not copied. What is refused, and why, depends on the bytes alone, never on how they were cut.
 */
export class LineBlockReader {
  private readonly limits: LineBlockLimits;
  private pending: Buffer = EMPTY;
  private size = 0;
  private scanned = 0;
  private lineStart = 0;
  private blockStart = 0;
  private firstLineSeen = false;
  private skippedEmptyLine = false;

  constructor(limits: LineBlockLimits) {
    this.limits = limits;
  }

  /** Whether bytes of an unfinished block are held. */
  get started(): boolean {
    return this.size > 0;
  }

  /** The block without its empty line, one character per byte, and the bytes after it; undefined until it is complete. */
  read(piece: Buffer): { text: string; rest: Buffer } | undefined {
    const before = this.size;
    const bytes = before === 0 ? piece : this.append(piece);
    const end = this.findEnd(bytes);
    if (end === -1) {
      this.checkUnfinished(bytes.length);
      if (before === 0) this.append(piece);
      return undefined;
    }
    const text = bytes.toString('latin1', this.blockStart, end - 2);
    this.reset();
    return { text, rest: bytesFrom(piece, end - before) };
  }

  private findEnd(bytes: Buffer): number {
    for (;;) {
      const lineFeed = bytes.indexOf(LF, this.scanned);
      if (lineFeed === -1) {
        this.scanned = bytes.length;
        return -1;
      }
      const end = lineFeed + 1;
      if (!this.firstLineSeen && end > this.firstLineLimit()) throw this.firstLineTooLong();
      if (end > this.limits.maxBytes) throw this.tooLarge();
      const length = lineFeed - this.lineStart;
      if (length === 0 || bytes[lineFeed - 1] !== CR) {
        throw new Http1Error('BAD_LINE_ENDING', 'A line ends with LF alone; lines end with CR LF.');
      }
      this.scanned = end;
      this.lineStart = end;
      if (length > 1) {
        this.firstLineSeen = true;
      } else if (this.limits.skipEmptyLine && !this.firstLineSeen && !this.skippedEmptyLine) {
        this.skippedEmptyLine = true;
        this.blockStart = end;
      } else {
        return end;
      }
    }
  }

  private checkUnfinished(size: number): void {
    if (!this.firstLineSeen && size >= this.firstLineLimit()) throw this.firstLineTooLong();
    if (size >= this.limits.maxBytes) throw this.tooLarge();
  }

  /** Where the first line must have ended, counted from the first byte read. */
  private firstLineLimit(): number {
    return Math.min(this.lineStart + this.limits.maxFirstLineBytes, this.limits.maxBytes);
  }

  private firstLineTooLong(): Http1Error {
    return new Http1Error(
      this.limits.firstLineTooLong,
      `The first line is longer than ${this.limits.maxFirstLineBytes} bytes.`,
    );
  }

  private tooLarge(): Http1Error {
    return new Http1Error(this.limits.tooLarge, `The header section is larger than ${this.limits.maxBytes} bytes.`);
  }

  /** Bytes past the limit are not kept: the block is refused before anybody could ask for them. */
  private append(piece: Buffer): Buffer {
    const wanted = Math.min(this.size + piece.length, this.limits.maxBytes + 1);
    if (wanted > this.pending.length) {
      const larger = Buffer.allocUnsafe(Math.max(SMALLEST_BUFFER_BYTES, wanted * 2));
      this.pending.copy(larger, 0, 0, this.size);
      this.pending = larger;
    }
    piece.copy(this.pending, this.size, 0, wanted - this.size);
    this.size = wanted;
    return this.pending.subarray(0, wanted);
  }

  private reset(): void {
    this.pending = EMPTY;
    this.size = 0;
    this.scanned = 0;
    this.lineStart = 0;
    this.blockStart = 0;
    this.firstLineSeen = false;
    this.skippedEmptyLine = false;
  }
}

/** What of `piece` is left from `at` on. Most often nothing is, and a view of nothing would cost as much as one of something. */
export function bytesFrom(piece: Buffer, at: number): Buffer {
  return at === piece.length ? EMPTY : piece.subarray(at);
}
