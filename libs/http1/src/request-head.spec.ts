import { bytes, readRequest } from './testing/read-message.js';

const HOST = 'Host: example.com\r\n';
const get = (fields: string): Buffer[] => [bytes(`GET / HTTP/1.1\r\n${HOST}${fields}\r\n`)];
const post = (fields: string, body = ''): Buffer[] => [bytes(`POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`)];

function accepted(pieces: Buffer[]) {
  const reading = readRequest(pieces);
  if (reading.kind !== 'complete') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  return reading;
}

describe('a request head', () => {
  it('keeps method, target, and the case and order of its fields', () => {
    const { head } = accepted([bytes('PaTCH /a%2fb//c?x=%20&y HTTP/1.1\r\nhOST: h\r\nX-B: 1\r\nx-a:\t two words \r\nX-B:2\r\nEmpty:\r\n\r\n')]);
    expect(head).toMatchObject({ method: 'PaTCH', target: '/a%2fb//c?x=%20&y', version: '1.1' });
    expect(head.headers.fields).toEqual([['hOST', 'h'], ['X-B', '1'], ['x-a', 'two words'], ['X-B', '2'], ['Empty', '']]);
    expect(head.headers.get('x-b')).toBe('1');
    expect(head.headers.getAll('x-b')).toEqual(['1', '2']);
    expect(head.headers.get('absent')).toBeUndefined();
  });

  it('keeps bytes above ASCII in values, one character per byte', () => {
    const { head } = accepted([Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nX: é\r\n\r\n', 'utf8')]);
    expect(Buffer.from(head.headers.get('x') ?? '', 'latin1').toString('utf8')).toBe('é');
  });

  it('leaves the bytes behind the message for the next one', () => {
    const reading = accepted(post('Content-Length: 3\r\n', 'abcGET /next'));
    expect(reading).toMatchObject({ body: 'abc', rest: 'GET /next' });
  });

  it('may follow one empty line, and not two', () => {
    expect(readRequest([bytes(`\r\nGET / HTTP/1.1\r\n${HOST}\r\n`)]).kind).toBe('complete');
    expect(readRequest([bytes(`\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`)])).toMatchObject({ reason: 'BAD_START_LINE' });
  });
});

describe('the body of a request', () => {
  it.each([
    ['is absent without a declared length', '', { kind: 'none' }],
    ['has the declared length', 'Content-Length: 0042\r\n', { kind: 'length', length: 42 }],
    ['may be declared empty', 'Content-Length: 0\r\n', { kind: 'length', length: 0 }],
    ['may be chunked, in any case', 'Transfer-Encoding: Chunked\r\n', { kind: 'chunked' }],
  ])('%s', (_, fields, body) => {
    const text = fields.startsWith('T') ? '0\r\n\r\n' : 'x'.repeat(42);
    expect(accepted(post(fields, text)).head.body).toEqual(body);
  });
});

describe('what the client says about its connection', () => {
  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.1', 'Connection: X, CLOSE\r\n', false],
    ['1.1', 'Connection: keep-alive\r\nConnection: close\r\n', false],
    ['1.0', '', false],
    ['1.0', 'Connection: Keep-Alive\r\n', true],
    ['1.0', 'Connection: keep-alive, close\r\n', false],
  ])('HTTP/%s with "%s" keeps it: %s', (version, fields, keepAlive) => {
    expect(accepted([bytes(`GET / HTTP/${version}\r\n${HOST}${fields}\r\n`)]).head.keepAlive).toBe(keepAlive);
  });

  it('asks for another protocol only when Connection says so', () => {
    expect(accepted(get('Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n')).head.upgrade).toBe('websocket');
    expect(accepted(get('Upgrade: websocket\r\n')).head.upgrade).toBeUndefined();
    expect(accepted([bytes(`GET / HTTP/1.0\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`)]).head.upgrade).toBeUndefined();
  });

  it('waits for an interim answer only in HTTP/1.1', () => {
    expect(accepted(post('Expect: 100-Continue\r\n')).head.expectContinue).toBe(true);
    expect(accepted([bytes(`POST / HTTP/1.0\r\n${HOST}Expect: 100-continue\r\n\r\n`)]).head.expectContinue).toBe(false);
  });
});

describe('a request is refused', () => {
  it.each([
    ['both lengths', post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'), 'CONFLICTING_FRAMING', 400],
    ['two Transfer-Encodings', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 'CONFLICTING_FRAMING', 400],
    ['Transfer-Encoding in HTTP/1.0', [bytes(`POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`)], 'CONFLICTING_FRAMING', 400],
    ['a body on CONNECT', [bytes(`CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\n`)], 'CONFLICTING_FRAMING', 400],
    ['two different Content-Lengths', post('Content-Length: 3\r\nContent-Length: 4\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['two equal Content-Lengths', post('Content-Length: 3\r\ncontent-length: 3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a list of Content-Lengths', post('Content-Length: 3, 3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a sign in Content-Length', post('Content-Length: +3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a negative Content-Length', post('Content-Length: -3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a space inside Content-Length', post('Content-Length: 3 3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a hexadecimal Content-Length', post('Content-Length: 0x3\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['an empty Content-Length', post('Content-Length:\r\n'), 'BAD_CONTENT_LENGTH', 400],
    ['a Content-Length past exact numbers', post('Content-Length: 9999999999999999\r\n'), 'BODY_TOO_LARGE', 413],
    ['a coding before chunked', post('Transfer-Encoding: gzip, chunked\r\n'), 'UNSUPPORTED_TRANSFER_ENCODING', 501],
    ['a coding after chunked', post('Transfer-Encoding: chunked, identity\r\n'), 'UNSUPPORTED_TRANSFER_ENCODING', 501],
    ['a tab behind chunked', post('Transfer-Encoding: chunked\t\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a tab before chunked', post('Transfer-Encoding:\tchunked\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a space behind Content-Length', post('Content-Length: 3 \r\n'), 'BAD_FIELD_VALUE', 400],
    ['an empty Transfer-Encoding', post('Transfer-Encoding:\r\n'), 'UNSUPPORTED_TRANSFER_ENCODING', 501],
    ['a bare LF after a field', get('X: 1\nY: 2\r\n'), 'BAD_LINE_ENDING', 400],
    ['a bare LF after the request line', [bytes(`GET / HTTP/1.1\n${HOST}\r\n`)], 'BAD_LINE_ENDING', 400],
    ['an empty line of LF alone', [bytes(`GET / HTTP/1.1\r\n${HOST}\n`)], 'BAD_LINE_ENDING', 400],
    ['a bare CR in a value', get('X: 1\rY: 2\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a second CR before the LF', get('X: 1\r\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a NUL in a value', get('X: 1\0\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a DEL in a value', get('X: \x7f\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a vertical tab before a value', get('Transfer-Encoding: \x0bchunked\r\n'), 'BAD_FIELD_VALUE', 400],
    ['a folded field', get('X: 1\r\n 2\r\n'), 'FOLDED_FIELD', 400],
    ['a first field that starts with a tab', [bytes(`GET / HTTP/1.1\r\n\t${HOST}\r\n`)], 'FOLDED_FIELD', 400],
    ['a space before the colon', get('Content-Length : 3\r\n'), 'BAD_FIELD_NAME', 400],
    ['an empty field name', get(': 1\r\n'), 'BAD_FIELD_NAME', 400],
    ['a line without colon', get('nonsense\r\n'), 'BAD_FIELD_NAME', 400],
    ['a separator in a field name', get('X(y): 1\r\n'), 'BAD_FIELD_NAME', 400],
    ['a byte above ASCII in a field name', get('X\xe9: 1\r\n'), 'BAD_FIELD_NAME', 400],
    ['no Host in HTTP/1.1', [bytes('GET / HTTP/1.1\r\n\r\n')], 'BAD_HOST', 400],
    ['two Hosts', get('host: example.com\r\n'), 'BAD_HOST', 400],
    ['two Hosts in HTTP/1.0', [bytes(`GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`)], 'BAD_HOST', 400],
    ['a Host with a path', [bytes('GET / HTTP/1.1\r\nHost: a/b\r\n\r\n')], 'BAD_HOST', 400],
    ['a Host with credentials', [bytes('GET / HTTP/1.1\r\nHost: u@a\r\n\r\n')], 'BAD_HOST', 400],
    ['a Host list', [bytes('GET / HTTP/1.1\r\nHost: a b\r\n\r\n')], 'BAD_HOST', 400],
    ['a Host other than the target\'s', [bytes('GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n')], 'BAD_HOST', 400],
    ['an invalid method', [bytes(`GE(T / HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_METHOD', 400],
    ['an empty method', [bytes(` / HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_METHOD', 400],
    ['a second space', [bytes(`GET  / HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_START_LINE', 400],
    ['a tab for a space', [bytes(`GET\t/ HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_START_LINE', 400],
    ['a trailing space', [bytes(`GET / HTTP/1.1 \r\n${HOST}\r\n`)], 'BAD_START_LINE', 400],
    ['HTTP/0.9', [bytes('GET /\r\n\r\n')], 'BAD_START_LINE', 400],
    ['a lower-case version', [bytes(`GET / http/1.1\r\n${HOST}\r\n`)], 'BAD_START_LINE', 400],
    ['a version of two digits', [bytes(`GET / HTTP/1.10\r\n${HOST}\r\n`)], 'BAD_START_LINE', 400],
    ['the preface of HTTP/2', [bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')], 'UNSUPPORTED_VERSION', 505],
    ['HTTP/1.2', [bytes(`GET / HTTP/1.2\r\n${HOST}\r\n`)], 'UNSUPPORTED_VERSION', 505],
    ['a control character in the target', [bytes(`GET /\x01 HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['a byte above ASCII in the target', [bytes(`GET /\xfc HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['a fragment in the target', [bytes(`GET /#a HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['a relative target', [bytes(`GET a HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['"*" without OPTIONS', [bytes(`GET * HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['a target of another scheme', [bytes(`GET ftp://example.com/ HTTP/1.1\r\n${HOST}\r\n`)], 'BAD_TARGET', 400],
    ['credentials in the target', [bytes('GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n')], 'BAD_TARGET', 400],
    ['a path for CONNECT', [bytes('CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n')], 'BAD_TARGET', 400],
    ['CONNECT without a port', [bytes('CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n')], 'BAD_TARGET', 400],
    ['another expectation', post('Expect: 200-ok\r\n'), 'UNSUPPORTED_EXPECTATION', 417],
  ])('for %s', (_, pieces, reason, status) => {
    expect(readRequest(pieces)).toEqual({ kind: 'refused', reason, status });
  });
});

describe('the targets of RFC 9112', () => {
  it.each([
    ['/', 'GET', 'example.com'],
    ['/a?b', 'GET', 'example.com'],
    ['http://example.com:80/a?b', 'GET', 'EXAMPLE.com:80'],
    ['http://[::1]:80', 'GET', '[::1]:80'],
    ['*', 'OPTIONS', 'example.com'],
    ['example.com:443', 'CONNECT', 'example.com:443'],
  ])('%s is accepted for %s', (target, method, host) => {
    expect(accepted([bytes(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)]).head.target).toBe(target);
  });
});

describe('the limits of a head', () => {
  const limits = { maxHeadBytes: 100, maxStartLineBytes: 40, maxFields: 3 };
  const head = (size: number): Buffer => {
    const start = 'GET / HTTP/1.1\r\nHost: h\r\nX: ';
    return bytes(`${start}${'x'.repeat(size - start.length - 4)}\r\n\r\n`);
  };

  it('allow exactly maxHeadBytes', () => {
    expect(readRequest([head(100)], limits).kind).toBe('complete');
    expect(readRequest([head(101)], limits)).toMatchObject({ reason: 'HEAD_TOO_LARGE', status: 431 });
  });

  it('allow exactly maxStartLineBytes', () => {
    const line = (size: number): Buffer => bytes(`GET /${'x'.repeat(size - 16)} HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(readRequest([line(40)], limits).kind).toBe('complete');
    expect(readRequest([line(41)], limits)).toMatchObject({ reason: 'START_LINE_TOO_LONG', status: 414 });
  });

  it('allow exactly maxFields', () => {
    expect(readRequest([bytes('GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\n\r\n')], limits).kind).toBe('complete');
    expect(readRequest([bytes('GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n')], limits)).toMatchObject({
      reason: 'TOO_MANY_FIELDS',
      status: 431,
    });
  });

  it('hold for a head that never ends, byte by byte', () => {
    const endless = Array.from({ length: 200 }, () => bytes('a'));
    expect(readRequest(endless, limits)).toMatchObject({ reason: 'START_LINE_TOO_LONG' });
    expect(readRequest([bytes('GET / HTTP/1.1\r\n'), ...endless], limits)).toMatchObject({ reason: 'HEAD_TOO_LARGE' });
  });
});
