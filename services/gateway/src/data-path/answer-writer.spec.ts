import type { Socket } from 'node:net';
import { RequestHeadParser, ResponseHeadParser, type BodyFraming, type RequestHead, type ResponseHead } from '@windlass/http1';
import { AnswerWriter } from './answer-writer.js';

const request = (version = '1.1'): RequestHead => new RequestHeadParser().read(Buffer.from(`GET / HTTP/${version}\r\nHost: h\r\nConnection: keep-alive\r\n\r\n`))?.head as RequestHead;
const response = (...lines: string[]): ResponseHead => new ResponseHeadParser().read(Buffer.from(`HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`), 'GET')?.head as ResponseHead;

/** Keeps what is written, a write at a time. */
class Sink {
  readonly writes: string[] = [];
  write(bytes: string | Buffer): boolean {
    this.writes.push(typeof bytes === 'string' ? bytes : bytes.toString('latin1'));
    return true;
  }
  cork(): void {}
  uncork(): void {}
}

function written(head: ResponseHead, framing: BodyFraming, slices: string[], version?: string): string[] {
  const sink = new Sink();
  const writer = new AnswerWriter(request(version), 'id-1', sink as unknown as Socket);
  writer.head(head, framing, true);
  for (const slice of slices) writer.data(Buffer.from(slice, 'latin1'));
  writer.end([['X-Sum', '1']]);
  return sink.writes;
}

describe('an answer that is written', () => {
  it('has the function\'s fields, our request id, and nothing that is internal or of one hop', () => {
    const head = response('X-Request-Id: own', 'Set-Cookie: a', 'set-cookie: b', 'X-Windlass-Note: n', 'Connection: x-hop', 'X-Hop: 1', 'Content-Length: 0');
    expect(written(head, { kind: 'length', length: 0 }, [])).toEqual([
      'HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\nX-Request-Id: id-1\r\n\r\n',
    ]);
  });

  it('leaves in one write when it is small, however it is framed', () => {
    expect(written(response('Content-Length: 4'), { kind: 'length', length: 4 }, ['h\xe9', 'l\xff'])).toEqual([expect.stringMatching(/\r\n\r\nh\xe9l\xff$/)]);
    expect(written(response('Transfer-Encoding: chunked'), { kind: 'chunked' }, ['hello', ' world'])).toEqual([
      expect.stringMatching(/Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n$/),
    ]);
  });

  it('says its length when a body without one was held back', () => {
    expect(written(response('Transfer-Encoding: chunked'), { kind: 'length', length: 2 }, ['ok']).join('')).toMatch(/\r\nContent-Length: 2\r\n\r\nok$/);
  });

  it('ends with the connection where the client knows no chunks', () => {
    expect(written(response('Transfer-Encoding: chunked'), { kind: 'chunked' }, ['ok'], '1.0').join('')).toMatch(/\r\nConnection: close\r\n\r\nok$/);
  });

  it('never holds more than it declared', () => {
    expect(() => written(response('Content-Length: 2'), { kind: 'length', length: 2 }, ['one'])).toThrow(RangeError);
  });

  it('is the same for any slices, small and large', () => {
    const body = 'x'.repeat(20_000);
    const text = written(response('Transfer-Encoding: chunked'), { kind: 'chunked' }, ['a', body, 'b', body]).join('');
    expect(text.split('\r\n\r\n')[1]).toBe(`1\r\na\r\n4e20\r\n${body}\r\n1\r\nb\r\n4e20\r\n${body}\r\n0\r\nX-Sum: 1`);
  });
});
