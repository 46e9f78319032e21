import { createBodyDecoder } from './body-decoder.js';
import { bytes, readRequest } from './testing/read-message.js';

const chunked = (body: string): Buffer[] => [bytes('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n'), bytes(body)];

describe('a chunked body', () => {
  it.each([
    ['of one chunk', '3\r\nabc\r\n0\r\n\r\n', 'abc'],
    ['of several chunks', '1\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n', 'a0123456789'],
    ['that is empty', '0\r\n\r\n', ''],
    ['with leading zeros', '0003\r\nabc\r\n000\r\n\r\n', 'abc'],
    ['with extensions, which are dropped', '3;a;b=c;d="e;\\" f"\r\nabc\r\n0;last\r\n\r\n', 'abc'],
    ['whose data looks like a chunk', '5\r\n0\r\n\r\n\r\n0\r\n\r\n', '0\r\n\r\n'],
  ])('%s is read', (_, text, body) => {
    expect(readRequest(chunked(`${text}next`))).toMatchObject({ kind: 'complete', body, rest: 'next' });
  });

  it('may end with trailers, kept in order', () => {
    const reading = readRequest(chunked('0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n'));
    expect(reading).toMatchObject({ trailers: [['X-Sum', '1'], ['x-sum', '2']] });
  });

  it.each([
    ['an empty size', '\r\n', 'BAD_CHUNK'],
    ['a size that is not hexadecimal', 'g\r\n', 'BAD_CHUNK'],
    ['a signed size', '+3\r\nabc', 'BAD_CHUNK'],
    ['a negative size', '-3\r\nabc', 'BAD_CHUNK'],
    ['a size with 0x', '0x3\r\nabc', 'BAD_CHUNK'],
    ['a space before the size', ' 3\r\nabc', 'BAD_CHUNK'],
    ['a space after the size', '3 \r\nabc', 'BAD_CHUNK'],
    ['a size of nine digits', '000000003\r\nabc', 'BAD_CHUNK'],
    ['a size past 64 bits', 'fffffffffffffffff\r\n', 'BAD_CHUNK'],
    ['a size line that ends with LF', '3\nabc', 'BAD_CHUNK'],
    ['a CR inside the size line', '3\r;a\r\nabc', 'BAD_CHUNK'],
    ['an extension without a name', '3;\r\nabc', 'BAD_CHUNK'],
    ['an extension with a control character', '3;a=\0\r\nabc', 'BAD_CHUNK'],
    ['an unclosed quote in an extension', '3;a="b\r\nabc', 'BAD_CHUNK'],
    ['an extension that is too long', `3;${'a'.repeat(2000)}`, 'BAD_CHUNK'],
    ['too many bytes of extensions', `1;${'a'.repeat(900)}\r\nx\r\n`.repeat(20), 'BAD_CHUNK'],
    ['data longer than the size', '3\r\nabcd\r\n', 'BAD_CHUNK'],
    ['data followed by LF alone', '3\r\nabc\n0\r\n\r\n', 'BAD_CHUNK'],
    ['data followed by CR alone', '3\r\nabc\r0\r\n\r\n', 'BAD_CHUNK'],
    ['a trailer with a bare LF', '0\r\nX: 1\n\r\n', 'BAD_LINE_ENDING'],
    ['an end with a bare LF', '0\r\n\n', 'BAD_LINE_ENDING'],
    ['a malformed trailer', '0\r\nX : 1\r\n\r\n', 'BAD_FIELD_NAME'],
    ['a folded trailer', '0\r\nX: 1\r\n y\r\n\r\n', 'FOLDED_FIELD'],
    ['a Content-Length in the trailer', '0\r\nContent-Length: 3\r\n\r\n', 'BAD_TRAILER'],
    ['a Transfer-Encoding in the trailer', '0\r\ntransfer-encoding: chunked\r\n\r\n', 'BAD_TRAILER'],
    ['a Host in the trailer', '0\r\nHost: a\r\n\r\n', 'BAD_TRAILER'],
    ['a trailer that is too large', `0\r\n${'X: 1\r\n'.repeat(5000)}`, 'BAD_TRAILER'],
    ['too many trailers', `0\r\n${'X: 1\r\n'.repeat(101)}\r\n`, 'TOO_MANY_FIELDS'],
  ])('with %s is refused', (_, text, reason) => {
    expect(readRequest(chunked(text))).toMatchObject({ kind: 'refused', reason });
  });

  it('hands its payload out as slices of what was read, not as copies', () => {
    const piece = bytes('3\r\nabc\r\n');
    const slices: Buffer[] = [];
    createBodyDecoder({ kind: 'chunked' }).decode(piece, (slice) => slices.push(slice));
    expect(slices.map((slice) => [slice.buffer === piece.buffer, slice.toString()])).toEqual([[true, 'abc']]);
  });
});

describe('the limit of a body', () => {
  const limits = { maxBodyBytes: 5 };

  it('refuses a declared length before anything is read', () => {
    expect(() => createBodyDecoder({ kind: 'length', length: 6 }, limits)).toThrow('larger than 5 bytes');
    expect(createBodyDecoder({ kind: 'length', length: 5 }, limits).done).toBe(false);
  });

  it('refuses the chunk that passes it, before its data', () => {
    expect(readRequest(chunked('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'), limits)).toMatchObject({ kind: 'complete', body: 'abcde' });
    expect(readRequest(chunked('3\r\nabc\r\n3\r\n'), limits)).toMatchObject({ reason: 'BODY_TOO_LARGE', status: 413 });
  });

  it('refuses the bytes that pass it when only the close ends the body', () => {
    const decoder = createBodyDecoder({ kind: 'until-close' }, limits);
    decoder.decode(bytes('12345'), () => undefined);
    expect(() => decoder.decode(bytes('6'), () => undefined)).toThrow('larger than 5 bytes');
  });
});

describe('a close', () => {
  it.each([
    { kind: 'length', length: 3 } as const,
    { kind: 'chunked' } as const,
  ])('inside a body of kind $kind is an error', (framing) => {
    expect(() => createBodyDecoder(framing).close()).toThrow(expect.objectContaining({ reason: 'TRUNCATED' }));
  });

  it('after a complete body is none', () => {
    const decoder = createBodyDecoder({ kind: 'chunked' });
    decoder.decode(bytes('0\r\n\r\n'), () => undefined);
    decoder.close();
    createBodyDecoder({ kind: 'none' }).close();
  });
});
