import { RequestHeadParser, type HeaderField, type RequestHead } from '@windlass/http1';
import { requestLines, wantsWebSocket, type CredentialKind } from './forwarded-head.js';
import { GROUP } from './testing/route.js';

function read(text: string): RequestHead {
  const head = new RequestHeadParser().read(Buffer.from(text, 'latin1'))?.head;
  if (head === undefined) throw new Error('incomplete');
  return head;
}

function forwarded(lines: string[], options: { credential?: CredentialKind; prefix?: string; version?: string } = {}): HeaderField[] {
  const head = read(`GET / HTTP/${options.version ?? '1.1'}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
  const address = { groupId: GROUP, path: '/', prefix: options.prefix ?? '' };
  const text = requestLines({ head, address, sourceIp: '192.0.2.1', credential: options.credential });
  return read(`GET / HTTP/1.1\r\n${text}\r\n`).headers.fields.map(([name, value]) => [name, value]);
}

const names = (fields: HeaderField[]): string[] => fields.map(([name]) => name);
const valuesOf = (fields: HeaderField[], wanted: string): string[] =>
  fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

describe('the fields of a forwarded request', () => {
  it('are those of the client, unchanged and in order, then ours', () => {
    expect(forwarded(['hOst: h', 'X-B: 1', 'x-a: 2', 'Cookie: a=b', 'X-B: 3'], { prefix: `/${GROUP}` })).toEqual([
      ['hOst', 'h'],
      ['X-B', '1'],
      ['x-a', '2'],
      ['Cookie', 'a=b'],
      ['X-B', '3'],
      ['X-Forwarded-For', '192.0.2.1'],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Host', 'h'],
      ['X-Real-IP', '192.0.2.1'],
      ['X-Forwarded-Prefix', `/${GROUP}`],
    ]);
  });

  it.each([
    'X-CFF-Request-Id: forged', 'x-cff-region: forged', 'X_CFF_Request_Id: forged', 'X-Windlass-Func-Id: forged', 'x_windlass-func_id: forged',
    'X-Forwarded-Prefix: /forged', 'Expect: 100-continue', 'Keep-Alive: timeout=5', 'TE: trailers', 'Proxy-Authorization: x',
  ])('do not contain the client\'s "%s"', (line) => {
    expect(forwarded(['Host: h', line])).toEqual(forwarded(['Host: h']));
  });

  it('cannot lose ours to a client that lists them in Connection', () => {
    const fields = forwarded(['Host: h', 'Connection: x-windlass-request-id, X-Real-IP, X-CFF-Request-Id, x-forwarded-for']);
    expect(fields).toEqual(forwarded(['Host: h']));
  });

  it('append to X-Forwarded-For, and replace what else is said about the client', () => {
    const fields = forwarded(['Host: h', 'X-Forwarded-For: 1.1.1.1', 'x-forwarded-for: 2.2.2.2', 'X-Real-IP: 3.3.3.3', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: x']);
    expect(valuesOf(fields, 'x-forwarded-for')).toEqual(['1.1.1.1, 2.2.2.2, 192.0.2.1']);
    expect([valuesOf(fields, 'x-real-ip'), valuesOf(fields, 'x-forwarded-proto'), valuesOf(fields, 'x-forwarded-host')]).toEqual([['192.0.2.1'], ['http'], ['h']]);
  });

  it('always have a Host, as HTTP/1.1 requires', () => {
    expect(valuesOf(forwarded([], { version: '1.0' }), 'host')).toEqual(['']);
  });

  it('keep a wish for WebSocket, and no other wish to upgrade', () => {
    const upgrade = (method: string, protocol: string): boolean => wantsWebSocket(read(`${method} / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`));
    expect([upgrade('GET', 'websocket'), upgrade('GET', 'h2c'), upgrade('POST', 'websocket')]).toEqual([true, false, false]);
    expect(names(forwarded(['Host: h', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: k'])).slice(0, 2)).toEqual(['Host', 'Sec-WebSocket-Key']);
  });
});

describe('a platform credential', () => {
  const lines = ['Host: h', 'X-Auth-Token: t', 'Authorization: SDK-HMAC-SHA256 Access=a', 'X-Sdk-Date: d', 'X-Security-Token: s', 'X_Auth_Token: t'];

  it('does not reach the function when it admitted the request', () => {
    expect(names(forwarded(lines, { credential: 'signature' })).slice(0, 2)).toEqual(['Host', 'X-Forwarded-For']);
    expect(names(forwarded(lines, { credential: 'token' })).slice(0, 5)).toEqual(['Host', 'Authorization', 'X-Sdk-Date', 'X-Security-Token', 'X-Forwarded-For']);
  });

  it('means nothing on an open route: the fields are the function\'s own', () => {
    expect(names(forwarded(lines)).slice(0, 6)).toEqual(['Host', 'X-Auth-Token', 'Authorization', 'X-Sdk-Date', 'X-Security-Token', 'X_Auth_Token']);
  });
});
