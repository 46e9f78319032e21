import fc from 'fast-check';
import { createBodyEncoder } from './body-encoder.js';
import { goodRequest, goodResponse, mutated } from './testing/messages.js';
import { bytes, cut, readRequest, readResponse, type Reading } from './testing/read-message.js';

const places = fc.array(fc.nat(), { maxLength: 12 });
const tightLimits = fc.record({
  maxHeadBytes: fc.integer({ min: 1, max: 120 }),
  maxStartLineBytes: fc.integer({ min: 1, max: 120 }),
  maxFields: fc.integer({ min: 1, max: 4 }),
  maxBodyBytes: fc.integer({ min: 0, max: 80 }),
});

describe('however the network cuts the bytes', () => {
  it('a good request reads the same', () => {
    fc.assert(
      fc.property(goodRequest, places, (text, at) => {
        const whole = readRequest([bytes(text)]);
        expect(whole.kind).toBe('complete');
        expect(readRequest(cut(bytes(text), at))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('a good response reads the same', () => {
    fc.assert(
      fc.property(goodResponse, places, (text, at) => {
        const whole = readResponse([bytes(text)]);
        expect(whole.kind).toBe('complete');
        expect(readResponse(cut(bytes(text), at))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('a damaged message is refused for the same reason, or read the same', () => {
    fc.assert(
      fc.property(mutated(goodRequest), mutated(goodResponse), places, (request, response, at) => {
        expect(readRequest(cut(bytes(request), at))).toEqual(readRequest([bytes(request)]));
        expect(readResponse(cut(bytes(response), at))).toEqual(readResponse([bytes(response)]));
      }),
      { numRuns: 1500 },
    );
  });

  it('a limit is passed at the same byte', () => {
    fc.assert(
      fc.property(fc.oneof(goodRequest, mutated(goodRequest)), places, tightLimits, (text, at, limits) => {
        expect(readRequest(cut(bytes(text), at), limits)).toEqual(readRequest([bytes(text)], limits));
      }),
      { numRuns: 1000 },
    );
  });

  it('byte by byte reads the same', () => {
    fc.assert(
      fc.property(goodRequest, (text) => {
        expect(readRequest([...bytes(text)].map((byte) => Buffer.of(byte)))).toEqual(readRequest([bytes(text)]));
      }),
    );
  });
});

describe('whatever the bytes are', () => {
  // The readers turn Http1Error into a value and let anything else through, so that any other error fails the property.
  it('reading ends with a message, a refusal, or the wish for more', () => {
    const kinds: Reading<unknown>['kind'][] = ['complete', 'incomplete', 'refused'];
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }).map(Buffer.from), mutated(mutated(goodRequest)).map(bytes)), (input) => {
        expect(kinds).toContain(readRequest([input]).kind);
        expect(kinds).toContain(readResponse([input]).kind);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a forwarded body', () => {
  it('reads the same at the other end, however it was cut on the way', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }).map(Buffer.from), { maxLength: 6 }), places, (slices, at) => {
        const written: Buffer[] = [];
        const sink = { write: (piece: Buffer) => written.push(piece) > 0, cork: () => undefined, uncork: () => undefined };
        const encoder = createBodyEncoder({ kind: 'chunked' });
        for (const slice of slices) encoder.write(sink, slice);
        encoder.end(sink, [['X-End', 'yes']]);
        const head = bytes('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
        expect(readRequest(cut(Buffer.concat([head, ...written]), at))).toMatchObject({
          kind: 'complete',
          body: Buffer.concat(slices).toString('latin1'),
          trailers: [['X-End', 'yes']],
          rest: '',
        });
      }),
    );
  });
});
