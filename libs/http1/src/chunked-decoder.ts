import type { BodyDecoder } from './body-decoder.js';
import { parseFieldLines } from './field-lines.js';
import { HeaderList } from './header-list.js';
import { bodyTooLarge, Http1Error } from './http1-error.js';
import { LineBlockReader } from './line-block-reader.js';

const CR = 0x0d;
const LF = 0x0a;
const MAX_SIZE_LINE_BYTES = 1024;
// Extensions are read and dropped, so a sender could make us work for bytes that carry nothing: bound them per body.
const MAX_EXTENSION_BYTES = 16 * 1024;
const MAX_TRAILER_BYTES = 16 * 1024;
const MAX_TRAILER_FIELDS = 100;

// chunk-size [ chunk-ext ] CR (RFC 9112, 7.1), without the optional whitespace that only readers disagree about.
const SIZE_LINE =
  /^([0-9A-Fa-f]{1,8})((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*)\r$/;

// Fields that frame, route, authenticate or describe the message come too late in a trailer (RFC 9110, 6.5.1).
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

type State = 'size' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done';

export class ChunkedDecoder implements BodyDecoder {
  trailers = HeaderList.empty;
  private state: State = 'size';
  private sizeLine = '';
  private extensionBytes = 0;
  private chunkRemaining = 0;
  private bodyBytes = 0;
  private readonly trailerBlock = new LineBlockReader({
    maxBytes: MAX_TRAILER_BYTES,
    maxFirstLineBytes: MAX_TRAILER_BYTES,
    tooLarge: 'BAD_TRAILER',
    firstLineTooLong: 'BAD_TRAILER',
    skipEmptyLine: false,
  });

  constructor(private readonly maxBodyBytes: number) {}

  get done(): boolean {
    return this.state === 'done';
  }

  decode(piece: Buffer, onData: (slice: Buffer) => void): Buffer | undefined {
    let at = 0;
    while (at < piece.length) {
      switch (this.state) {
        case 'size':
          at = this.readSizeLine(piece, at);
          break;
        case 'data':
          at = this.readData(piece, at, onData);
          break;
        case 'data-cr':
          at = this.expect(piece, at, CR, 'data-lf');
          break;
        case 'data-lf':
          at = this.expect(piece, at, LF, 'size');
          break;
        case 'trailers':
          return this.readTrailers(piece.subarray(at));
        case 'done':
          return piece.subarray(at);
        default:
          this.state satisfies never;
      }
    }
    return this.done ? piece.subarray(at) : undefined;
  }

  close(): void {
    if (!this.done) throw new Http1Error('TRUNCATED', 'The connection was closed before the last chunk of the body.');
  }

  private readSizeLine(piece: Buffer, at: number): number {
    const lineFeed = piece.indexOf(LF, at);
    const end = lineFeed === -1 ? piece.length : lineFeed;
    if (this.sizeLine.length + end - at > MAX_SIZE_LINE_BYTES) {
      throw new Http1Error('BAD_CHUNK', `A chunk size line is longer than ${MAX_SIZE_LINE_BYTES} bytes.`);
    }
    this.sizeLine += piece.toString('latin1', at, end);
    if (lineFeed === -1) return end;
    this.startChunk();
    return lineFeed + 1;
  }

  private startChunk(): void {
    const match = SIZE_LINE.exec(this.sizeLine);
    if (match === null) throw new Http1Error('BAD_CHUNK', 'A chunk size line is malformed.');
    const [, digits, extension] = match as unknown as [string, string, string];
    this.sizeLine = '';
    this.extensionBytes += extension.length;
    if (this.extensionBytes > MAX_EXTENSION_BYTES) {
      throw new Http1Error('BAD_CHUNK', `The chunk extensions of one body are longer than ${MAX_EXTENSION_BYTES} bytes.`);
    }
    this.chunkRemaining = Number.parseInt(digits, 16);
    this.bodyBytes += this.chunkRemaining;
    if (this.bodyBytes > this.maxBodyBytes) throw bodyTooLarge(this.maxBodyBytes);
    this.state = this.chunkRemaining === 0 ? 'trailers' : 'data';
  }

  private readData(piece: Buffer, at: number, onData: (slice: Buffer) => void): number {
    const end = Math.min(piece.length, at + this.chunkRemaining);
    this.chunkRemaining -= end - at;
    if (this.chunkRemaining === 0) this.state = 'data-cr';
    onData(piece.subarray(at, end));
    return end;
  }

  private expect(piece: Buffer, at: number, byte: number, next: State): number {
    if (piece[at] !== byte) throw new Http1Error('BAD_CHUNK', 'The data of a chunk is not followed by CR LF.');
    this.state = next;
    return at + 1;
  }

  private readTrailers(piece: Buffer): Buffer | undefined {
    const block = this.trailerBlock.read(piece);
    if (block === undefined) return undefined;
    const trailers = parseFieldLines(block.text, 0, MAX_TRAILER_FIELDS);
    trailers.fields.forEach(([name], index) => {
      if (FORBIDDEN_TRAILERS.has(trailers.lowerName(index))) {
        throw new Http1Error('BAD_TRAILER', `The field ${name} may not be sent in a trailer.`);
      }
    });
    this.trailers = trailers;
    this.state = 'done';
    return block.rest;
  }
}
