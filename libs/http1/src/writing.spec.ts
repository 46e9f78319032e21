import { createBodyEncoder, type ByteSink } from './body-encoder.js';
import type { BodyFraming } from './framing.js';
import { serializeRequestHead, serializeResponseHead } from './head-serializer.js';
import type { HeaderField } from './header-list.js';

class Collected implements ByteSink {
  text = '';
  write(bytes: Buffer): boolean {
    this.text += bytes.toString('latin1');
    return true;
  }
  cork(): void {}
  uncork(): void {}
}

function encode(framing: BodyFraming, slices: string[], trailers: HeaderField[] = []): string {
  const sink = new Collected();
  const encoder = createBodyEncoder(framing);
  for (const slice of slices) encoder.write(sink, Buffer.from(slice));
  encoder.end(sink, trailers);
  return sink.text;
}

describe('a written head', () => {
  it('has the fields in the order and case they were given', () => {
    expect(serializeRequestHead('GET', '/a?b', [['hOST', 'h'], ['X', '']]).toString()).toBe('GET /a?b HTTP/1.1\r\nhOST: h\r\nX: \r\n\r\n');
    expect(serializeResponseHead(200, 'OK', [['A', '1']]).toString()).toBe('HTTP/1.1 200 OK\r\nA: 1\r\n\r\n');
  });

  it.each([
    ['a line break in a value', () => serializeResponseHead(200, 'OK', [['A', '1\r\nB: 2']])],
    ['a character that would be cut to a line feed', () => serializeResponseHead(200, 'OK', [['A', '1\u010a']])],
    ['a colon in a name', () => serializeResponseHead(200, 'OK', [['A:', '1']])],
    ['a line break in the reason', () => serializeResponseHead(200, 'O\r\n', [])],
    ['a status that does not exist', () => serializeResponseHead(600, 'OK', [])],
    ['a space in the target', () => serializeRequestHead('GET', '/a b', [])],
    ['a line break in the target', () => serializeRequestHead('GET', '/a\r\n', [])],
    ['an empty target', () => serializeRequestHead('GET', '', [])],
    ['a space in the method', () => serializeRequestHead('GE T', '/', [])],
  ])('never has %s', (_, write) => {
    expect(write).toThrow(RangeError);
  });
});

describe('a written body', () => {
  it('in chunks ends once, whatever empty slices it was given', () => {
    expect(encode({ kind: 'chunked' }, ['abc', '', 'x'.repeat(17)])).toBe(`3\r\nabc\r\n11\r\n${'x'.repeat(17)}\r\n0\r\n\r\n`);
  });

  it('in chunks can carry trailers', () => {
    expect(encode({ kind: 'chunked' }, [], [['X-Sum', '1']])).toBe('0\r\nX-Sum: 1\r\n\r\n');
    expect(() => encode({ kind: 'chunked' }, [], [['X', '1\r\n']])).toThrow(RangeError);
  });

  it('of declared length is exactly that long', () => {
    expect(encode({ kind: 'length', length: 4 }, ['ab', 'cd'])).toBe('abcd');
    expect(() => encode({ kind: 'length', length: 3 }, ['ab', 'cd'])).toThrow(RangeError);
    expect(() => encode({ kind: 'length', length: 5 }, ['ab', 'cd'])).toThrow(RangeError);
    expect(() => encode({ kind: 'none' }, ['a'])).toThrow(RangeError);
  });

  it('until the close is the bytes alone', () => {
    expect(encode({ kind: 'until-close' }, ['ab', 'cd'])).toBe('abcd');
  });
});
