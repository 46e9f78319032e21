/** A line is kept up to this size. What is beyond is cut off and counted. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface SplitLine {
  /** Without its line end. */
  readonly bytes: Buffer;
  /** How many bytes more it had. */
  readonly cutBytes: number;
}

/** Cuts a stream of bytes into lines. Works on bytes, so a character that arrives in two chunks stays whole. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #cutBytes = 0;
  #begunAs = 0;

  /** The lines that are complete with this chunk. */
  *push(chunk: Buffer): Generator<SplitLine> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield this.#complete(chunk.subarray(from, end));
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** How many lines `push` would give for this chunk. Makes none of them, which costs a small part of it. */
  skip(chunk: Buffer): number {
    let lines = 0;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      lines += 1;
      from = end + 1;
    }
    if (lines > 0) this.#forget();
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** What has come of a line so far, as a line; what comes later begins another. */
  *end(): Generator<SplitLine> {
    if (this.hasRest) yield this.#complete(Buffer.alloc(0));
  }

  /** Whether a line has begun and not ended. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  /** Names the line that has begun: another one has another number. */
  get begunAs(): number {
    return this.#begunAs;
  }

  #complete(piece: Buffer): SplitLine {
    let bytes = piece;
    if (this.hasRest || piece.length > LONGEST_LINE_BYTES) {
      this.#keep(piece);
      bytes = this.#rest;
    }
    const cutBytes = this.#cutBytes;
    this.#forget();
    return { bytes: cutBytes === 0 && bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes, cutBytes };
  }

  /** Copies, so that a short rest does not keep a large chunk alive. */
  #keep(piece: Buffer): void {
    const room = LONGEST_LINE_BYTES - this.#rest.length;
    if (piece.length > 0 && room > 0) this.#rest = Buffer.concat([this.#rest, piece.subarray(0, room)]);
    this.#cutBytes += Math.max(0, piece.length - room);
  }

  #forget(): void {
    this.#begunAs += 1;
    if (this.hasRest) this.#rest = Buffer.alloc(0);
    this.#cutBytes = 0;
  }
}

/**
 * The text of a line, at most `LONGEST_LINE_BYTES` of UTF-8. Bytes that are no UTF-8 become U+FFFD, which is longer than they were; what has no
 * place then is cut off too. A line that was cut ends by saying how much of it is missing.
 */
export function textOfLine({ bytes, cutBytes }: SplitLine): string {
  const text = bytes.toString('utf8');
  // No byte becomes more than three.
  if (cutBytes === 0 && (bytes.length * 3 <= LONGEST_LINE_BYTES || Buffer.byteLength(text) <= LONGEST_LINE_BYTES)) return text;
  const whole = Buffer.from(text);
  const length = characterStart(whole, LONGEST_LINE_BYTES - LONGEST_MARK_BYTES);
  return whole.toString('utf8', 0, length) + cutMark(whole.length - length + cutBytes);
}

const LONGEST_MARK_BYTES = 64;

function cutMark(bytes: number): string {
  return ` [line cut: ${bytes} bytes more]`;
}

/** The nearest place at or before `at` where a UTF-8 character starts. */
function characterStart(bytes: Buffer, at: number): number {
  let start = Math.min(at, bytes.length);
  while (start > 0 && start < bytes.length && ((bytes[start] as number) & 0xc0) === 0x80) start -= 1;
  return start;
}
