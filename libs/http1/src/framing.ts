import type { HeaderList } from './header-list.js';
import { Http1Error } from './http1-error.js';

export type HttpVersion = '1.0' | '1.1';

/** How the end of a message's body is found (RFC 9112, 6). `until-close` exists in responses only. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export const NO_BODY: BodyFraming = { kind: 'none' };

const DECIMAL = /^[0-9]+$/;
// The largest power of ten below Number.MAX_SAFE_INTEGER: every accepted length is exact.
const MAX_LENGTH_DIGITS = 15;

/** The framing that the fields declare, undefined when they declare none. Anything two readers could take differently is refused. */
export function declaredFraming(headers: HeaderList, version: HttpVersion): BodyFraming | undefined {
  const lengths = headers.getAll('content-length');
  const encodings = headers.getAll('transfer-encoding');
  if (encodings.length > 0) {
    if (lengths.length > 0) {
      throw new Http1Error('CONFLICTING_FRAMING', 'Content-Length and Transfer-Encoding are both present.');
    }
    if (version === '1.0') {
      throw new Http1Error('CONFLICTING_FRAMING', 'Transfer-Encoding does not exist in HTTP/1.0.');
    }
    if (encodings.length > 1) throw new Http1Error('CONFLICTING_FRAMING', 'Transfer-Encoding is given more than once.');
    if ((encodings[0] as string).toLowerCase() !== 'chunked') {
      throw new Http1Error('UNSUPPORTED_TRANSFER_ENCODING', 'The only supported Transfer-Encoding is "chunked".');
    }
    return { kind: 'chunked' };
  }
  if (lengths.length === 0) return undefined;
  if (lengths.length > 1) throw new Http1Error('BAD_CONTENT_LENGTH', 'Content-Length is given more than once.');
  return { kind: 'length', length: parseContentLength(lengths[0] as string) };
}

function parseContentLength(value: string): number {
  if (!DECIMAL.test(value)) throw new Http1Error('BAD_CONTENT_LENGTH', 'Content-Length is not a plain decimal number.');
  if (value.length > MAX_LENGTH_DIGITS) {
    throw new Http1Error('BODY_TOO_LARGE', `Content-Length has more than ${MAX_LENGTH_DIGITS} digits.`);
  }
  return Number(value);
}
