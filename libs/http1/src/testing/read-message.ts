import { createBodyDecoder, type BodyLimits } from '../body-decoder.js';
import type { HeadLimits } from '../head-limits.js';
import type { HeaderField } from '../header-list.js';
import { isHttp1Error } from '../http1-error.js';
import { RequestHeadParser, type RequestHead } from '../request-head.js';
import { ResponseHeadParser, type ResponseHead } from '../response-head.js';

/** All that one message says, or why it was refused, or how far it came. */
export type Reading<Head> =
  | { kind: 'complete'; head: Head; body: string; trailers: readonly HeaderField[]; rest: string }
  | { kind: 'incomplete' }
  | { kind: 'refused'; reason: string; status: number };

interface Limits extends Partial<HeadLimits>, Partial<BodyLimits> {}

export function readRequest(pieces: readonly Buffer[], limits: Limits = {}): Reading<RequestHead> {
  const parser = new RequestHeadParser(limits);
  return readMessage((piece) => parser.read(piece), pieces, limits);
}

export function readResponse(pieces: readonly Buffer[], requestMethod = 'GET', limits: Limits = {}): Reading<ResponseHead> {
  const parser = new ResponseHeadParser(limits);
  return readMessage((piece) => parser.read(piece, requestMethod), pieces, limits);
}

function readMessage<Head extends RequestHead | ResponseHead>(
  read: (piece: Buffer) => { head: Head; rest: Buffer } | undefined,
  pieces: readonly Buffer[],
  limits: Limits,
): Reading<Head> {
  const queue = [...pieces];
  try {
    let parsed: { head: Head; rest: Buffer } | undefined;
    while (parsed === undefined) {
      const piece = queue.shift();
      if (piece === undefined) return { kind: 'incomplete' };
      parsed = read(piece);
    }
    const decoder = createBodyDecoder(parsed.head.body, { maxBodyBytes: limits.maxBodyBytes ?? Infinity });
    const slices: Buffer[] = [];
    let rest: Buffer | undefined = decoder.done ? parsed.rest : decoder.decode(parsed.rest, (slice) => slices.push(slice));
    while (rest === undefined) {
      const piece = queue.shift();
      if (piece === undefined) {
        if (parsed.head.body.kind !== 'until-close') return { kind: 'incomplete' };
        decoder.close();
        rest = Buffer.alloc(0);
      } else {
        rest = decoder.decode(piece, (slice) => slices.push(slice));
      }
    }
    return {
      kind: 'complete',
      head: parsed.head,
      body: Buffer.concat(slices).toString('latin1'),
      trailers: decoder.trailers.fields,
      rest: Buffer.concat([rest, ...queue]).toString('latin1'),
    };
  } catch (error) {
    if (!isHttp1Error(error)) throw error;
    return { kind: 'refused', reason: error.reason, status: error.status };
  }
}

export function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Cuts `whole` at the given places, in any order and number. */
export function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, index) => whole.subarray(at[index], end));
}
