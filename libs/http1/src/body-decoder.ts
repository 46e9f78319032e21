import { ChunkedDecoder } from './chunked-decoder.js';
import type { BodyFraming } from './framing.js';
import { HeaderList } from './header-list.js';
import { bodyTooLarge, Http1Error } from './http1-error.js';
import { bytesFrom } from './line-block-reader.js';

/** Finds the payload and the end of one body in the bytes of its connection. Payload is handed out as slices, not copied. */
export interface BodyDecoder {
  /** The whole body has been read. True from the start when there is none. */
  readonly done: boolean;
  /** Fields after a chunked body; empty until `done`. */
  readonly trailers: HeaderList;
  /** Gives `onData` the payload in `piece`. Returns the bytes after the body once it is done, else undefined. Throws Http1Error. */
  decode(piece: Buffer, onData: (slice: Buffer) => void): Buffer | undefined;
  /** The peer closed its side: the end of a body that lasts until then, an Http1Error (TRUNCATED) for any other. */
  close(): void;
}

export interface BodyLimits {
  /** Payload bytes, without chunk framing; more is refused as BODY_TOO_LARGE. */
  readonly maxBodyBytes: number;
}

export function createBodyDecoder(framing: BodyFraming, limits: BodyLimits = { maxBodyBytes: Infinity }): BodyDecoder {
  switch (framing.kind) {
    case 'none':
      return new LengthDecoder(0);
    case 'length':
      if (framing.length > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
      return new LengthDecoder(framing.length);
    case 'chunked':
      return new ChunkedDecoder(limits.maxBodyBytes);
    case 'until-close':
      return new UntilCloseDecoder(limits.maxBodyBytes);
    default:
      return framing satisfies never;
  }
}

class LengthDecoder implements BodyDecoder {
  readonly trailers = HeaderList.empty;
  private remaining: number;

  constructor(length: number) {
    this.remaining = length;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  decode(piece: Buffer, onData: (slice: Buffer) => void): Buffer | undefined {
    if (this.done) return piece;
    const taken = Math.min(piece.length, this.remaining);
    this.remaining -= taken;
    if (taken > 0) onData(taken === piece.length ? piece : piece.subarray(0, taken));
    return this.done ? bytesFrom(piece, taken) : undefined;
  }

  close(): void {
    if (!this.done) {
      throw new Http1Error('TRUNCATED', `The connection was closed ${this.remaining} bytes before the end of the body.`);
    }
  }
}

class UntilCloseDecoder implements BodyDecoder {
  readonly trailers = HeaderList.empty;
  done = false;
  private received = 0;

  constructor(private readonly maxBodyBytes: number) {}

  decode(piece: Buffer, onData: (slice: Buffer) => void): undefined {
    this.received += piece.length;
    if (this.received > this.maxBodyBytes) throw bodyTooLarge(this.maxBodyBytes);
    if (piece.length > 0) onData(piece);
    return undefined;
  }

  close(): void {
    this.done = true;
  }
}
