import fc from 'fast-check';
import { isHttp1Error } from './http1-error.js';
import { RequestHeadParser } from './request-head.js';
import { ResponseHeadParser } from './response-head.js';
import { goodRequest, goodResponse, mutated } from './testing/messages.js';
import { bytes } from './testing/read-message.js';

const reading = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return isHttp1Error(error) ? { reason: error.reason, message: error.message } : error;
  }
};
const isReady = (parser: { readonly started: boolean }, first: unknown): boolean => !parser.started && first !== undefined && !('reason' in (first as object));

describe('a connection that has carried a head before', () => {
  it('reads the next one as a new connection would, the same or another', () => {
    const next = fc.oneof(goodRequest, mutated(goodRequest));
    fc.assert(
      fc.property(goodRequest, next, fc.boolean(), (first, other, again) => {
        const warm = new RequestHeadParser();
        const text = again ? first : other;
        fc.pre(isReady(warm, reading(() => warm.read(bytes(first)))));
        expect(reading(() => warm.read(bytes(text)))).toEqual(reading(() => new RequestHeadParser().read(bytes(text))));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads an answer by what it answers', () => {
    const next = fc.oneof(goodResponse, mutated(goodResponse));
    const method = fc.constantFrom('GET', 'HEAD', 'CONNECT');
    fc.assert(
      fc.property(goodResponse, next, fc.boolean(), method, method, (first, other, again, before, now) => {
        const warm = new ResponseHeadParser();
        const text = again ? first : other;
        fc.pre(isReady(warm, reading(() => warm.read(bytes(first), before))));
        expect(reading(() => warm.read(bytes(text), now))).toEqual(reading(() => new ResponseHeadParser().read(bytes(text), now)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not take the head apart again when it is the same', () => {
    const parser = new RequestHeadParser();
    const [one, two] = ['GET /a HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /b HTTP/1.1\r\nHost: a\r\n\r\n'].map(bytes) as [Buffer, Buffer];
    const read = (piece: Buffer) => parser.read(piece)?.head;
    const first = read(one);
    expect(read(one)).toBe(first);
    expect(read(two)?.target).toBe('/b');
    expect(read(one)).toEqual(first);
  });

  it('does not mix up a head with one that begins like it', () => {
    const parser = new ResponseHeadParser();
    expect(parser.read(bytes('HTTP/1.1 200 OK\r\n\r\n'), 'HEAD')?.head.headers.length).toBe(0);
    expect(parser.read(bytes('HTTP/1.1 200 OK\r\nETag: a\r\n\r\n'), 'HEAD')?.head.headers.get('etag')).toBe('a');
  });
});
