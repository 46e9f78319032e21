import { fieldLine } from './field-syntax.js';
import type { BodyFraming } from './framing.js';
import type { HeaderField } from './header-list.js';

const CRLF = Buffer.from('\r\n', 'latin1');

/** Where encoded bytes go: the writing half of net.Socket. */
export interface ByteSink {
  write(bytes: Buffer): boolean;
  cork(): void;
  uncork(): void;
}

/** Frames one body. Fed with what a BodyDecoder hands out, it forwards a body without holding it. */
export interface BodyEncoder {
  /** False when the sink asks to wait for its "drain" before more is written. */
  write(sink: ByteSink, slice: Buffer): boolean;
  /** Ends the body. A chunked one can carry trailers; other framings have no place for them and drop them. */
  end(sink: ByteSink, trailers?: Iterable<HeaderField>): void;
}

/** Throws RangeError when more or less is written than the framing declares: the reader would lose its place. */
export function createBodyEncoder(framing: BodyFraming): BodyEncoder {
  switch (framing.kind) {
    case 'none':
      return new LengthEncoder(0);
    case 'length':
      return new LengthEncoder(framing.length);
    case 'chunked':
      return CHUNKED;
    case 'until-close':
      return UNTIL_CLOSE;
    default:
      return framing satisfies never;
  }
}

class LengthEncoder implements BodyEncoder {
  constructor(private remaining: number) {}

  write(sink: ByteSink, slice: Buffer): boolean {
    if (slice.length > this.remaining) throw new RangeError('More bytes than the Content-Length that was sent.');
    this.remaining -= slice.length;
    return sink.write(slice);
  }

  end(): void {
    if (this.remaining > 0) throw new RangeError('Fewer bytes than the Content-Length that was sent.');
  }
}

const CHUNKED: BodyEncoder = {
  write(sink, slice) {
    // A chunk of size zero would end the body.
    if (slice.length === 0) return true;
    sink.cork();
    sink.write(Buffer.from(`${slice.length.toString(16)}\r\n`, 'latin1'));
    sink.write(slice);
    const more = sink.write(CRLF);
    sink.uncork();
    return more;
  },
  end(sink, trailers = []) {
    sink.write(Buffer.from(`0\r\n${serializeFields(trailers)}\r\n`, 'latin1'));
  },
};

const UNTIL_CLOSE: BodyEncoder = {
  write: (sink, slice) => sink.write(slice),
  end: () => undefined,
};

/** Field lines with their line endings. Throws RangeError for a field that would change the message's structure. */
export function serializeFields(fields: Iterable<HeaderField>): string {
  let text = '';
  for (const [name, value] of fields) text += fieldLine(name, value);
  return text;
}
