/** A longer line is cut into pieces of at most this size. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a stream of bytes into lines. Works on bytes, so a character that arrives in two chunks stays whole. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that are complete with this chunk, without their line ends. */
  *push(chunk: Buffer): Generator<Buffer> {
    let pending = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = pending.indexOf(NEWLINE);
      if (end >= 0 && end <= LONGEST_LINE_BYTES) {
        yield pending.subarray(0, end > 0 && pending[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
        pending = pending.subarray(end + 1);
      } else if (pending.length > LONGEST_LINE_BYTES) {
        const cut = characterStart(pending, LONGEST_LINE_BYTES);
        yield pending.subarray(0, cut);
        pending = pending.subarray(cut);
      } else {
        break;
      }
    }
    this.#rest = Buffer.from(pending); // A copy, so that a short rest does not keep a large chunk alive.
  }

  /** How many lines `push` would give for this chunk. Makes none of them, which costs a small part of it. */
  skip(chunk: Buffer): number {
    let lines = 0;
    let length = this.#rest.length;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      lines += 1 + cutsOf(length + end - from);
      length = 0;
      from = end + 1;
    }
    const cuts = cutsOf(length + chunk.length - from);
    const rest = from === 0 ? Buffer.concat([this.#rest, chunk]) : chunk.subarray(from);
    this.#rest = Buffer.from(rest.subarray(cuts * LONGEST_LINE_BYTES));
    return lines + cuts;
  }

  /** The last line, if the stream ended without a line end. */
  *end(): Generator<Buffer> {
    if (this.#rest.length > 0) yield this.#rest;
    this.#rest = Buffer.alloc(0);
  }
}

/** How often a line is cut before what is left of it is short enough. */
function cutsOf(bytes: number): number {
  return Math.max(0, Math.ceil(bytes / LONGEST_LINE_BYTES) - 1);
}

/** The nearest place at or before `at` where a UTF-8 character starts; `at` itself in what is not UTF-8. */
function characterStart(bytes: Buffer, at: number): number {
  for (let start = at; start > at - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return at;
}
