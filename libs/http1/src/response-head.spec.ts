import { bytes, readResponse } from './testing/read-message.js';

const response = (status: string, fields: string, body = ''): Buffer[] => [bytes(`HTTP/1.1 ${status}\r\n${fields}\r\n${body}`)];

function accepted(pieces: Buffer[], method?: string) {
  const reading = readResponse(pieces, method);
  if (reading.kind !== 'complete') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  return reading;
}

describe('a response head', () => {
  it('keeps status, reason phrase and fields', () => {
    const { head } = accepted(response('404 Not  Here', 'Set-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n'));
    expect(head).toMatchObject({ status: 404, reasonPhrase: 'Not  Here', version: '1.1', keepAlive: true });
    expect(head.headers.fields).toEqual([['Set-Cookie', 'a'], ['set-cookie', 'b'], ['Content-Length', '0']]);
  });

  it.each(['200', '200 '])('needs no reason phrase: "%s"', (status) => {
    expect(accepted(response(status, 'Content-Length: 0\r\n')).head.reasonPhrase).toBe('');
  });
});

describe('the body of a response', () => {
  it.each([
    ['of declared length', '200 OK', 'Content-Length: 2\r\n', 'GET', { kind: 'length', length: 2 }, true],
    ['in chunks', '200 OK', 'Transfer-Encoding: chunked\r\n', 'GET', { kind: 'chunked' }, true],
    ['without a length lasts until the close', '200 OK', '', 'GET', { kind: 'until-close' }, false],
    ['to HEAD is absent, whatever is declared', '200 OK', 'Content-Length: 2\r\n', 'HEAD', { kind: 'none' }, true],
    ['to HEAD is absent without a length', '200 OK', '', 'HEAD', { kind: 'none' }, true],
    ['of 204 is absent', '204 No Content', '', 'GET', { kind: 'none' }, true],
    ['of 304 is absent, whatever is declared', '304 Not Modified', 'Content-Length: 2\r\n', 'GET', { kind: 'none' }, true],
    ['of an interim response is absent', '100 Continue', '', 'POST', { kind: 'none' }, true],
    ['of a tunnel is absent', '200 OK', '', 'CONNECT', { kind: 'none' }, true],
    ['of a refused tunnel is there', '403 No', 'Content-Length: 2\r\n', 'CONNECT', { kind: 'length', length: 2 }, true],
  ])('%s', (_, status, fields, method, body, keepAlive) => {
    const text = fields.startsWith('T') ? '2\r\nok\r\n0\r\n\r\n' : 'ok';
    expect(accepted(response(status, fields, text), method).head).toMatchObject({ body, keepAlive });
  });

  it('that lasts until the close has everything up to it', () => {
    expect(accepted([...response('200 OK', '', 'one '), bytes('two')]).body).toBe('one two');
  });

  it('ends the connection when the server says so, or speaks HTTP/1.0', () => {
    expect(accepted(response('200 OK', 'Connection: close\r\nContent-Length: 0\r\n')).head.keepAlive).toBe(false);
    expect(accepted([bytes('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')]).head.keepAlive).toBe(false);
  });
});

describe('a switch of protocols', () => {
  it('names the protocol, and the connection carries no more requests', () => {
    const reading = accepted(response('101 Switching Protocols', 'Connection: Upgrade\r\nUpgrade: websocket\r\n', 'raw'));
    expect(reading.head).toMatchObject({ upgrade: 'websocket', keepAlive: false, body: { kind: 'none' } });
    expect(reading.rest).toBe('raw');
  });

  it('happens with status 101 only', () => {
    expect(accepted(response('200 OK', 'Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n')).head.upgrade).toBeUndefined();
  });
});

describe('a response is refused', () => {
  it.each([
    ['both lengths', response('200 OK', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'), 'CONFLICTING_FRAMING'],
    ['both lengths even without a body', response('204 OK', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'), 'CONFLICTING_FRAMING'],
    ['chunks in HTTP/1.0', [bytes('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')], 'CONFLICTING_FRAMING'],
    ['two lengths', response('200 OK', 'Content-Length: 3\r\nContent-Length: 3\r\n'), 'BAD_CONTENT_LENGTH'],
    ['another coding', response('200 OK', 'Transfer-Encoding: gzip\r\n'), 'UNSUPPORTED_TRANSFER_ENCODING'],
    ['a status of two digits', response('20 OK', ''), 'BAD_START_LINE'],
    ['a status of four digits', response('2000 OK', ''), 'BAD_START_LINE'],
    ['a status below 100', response('099 OK', ''), 'BAD_START_LINE'],
    ['a status above 599', response('600 OK', ''), 'BAD_START_LINE'],
    ['a control character in the reason', response('200 \0', ''), 'BAD_START_LINE'],
    ['a CR in the reason', response('200 O\rK', ''), 'BAD_START_LINE'],
    ['an empty line before it', [bytes('\r\nHTTP/1.1 200 OK\r\n\r\n')], 'BAD_START_LINE'],
    ['another protocol', [bytes('ICY 200 OK\r\n\r\n')], 'BAD_START_LINE'],
    ['HTTP/2', [bytes('HTTP/2 200\r\n\r\n')], 'UNSUPPORTED_VERSION'],
    ['a bare LF', [bytes('HTTP/1.1 200 OK\n\n')], 'BAD_LINE_ENDING'],
    ['a folded field', response('200 OK', 'X: 1\r\n\tb\r\n'), 'FOLDED_FIELD'],
  ])('for %s', (_, pieces, reason) => {
    expect(readResponse(pieces)).toMatchObject({ kind: 'refused', reason });
  });
});
