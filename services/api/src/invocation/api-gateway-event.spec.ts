import type { JsonValue } from '@bufbuild/protobuf';
import { isWindlassError } from '@windlass/errors';
import fc from 'fast-check';
import { toFunctionRequest } from './api-gateway-event.js';

const request = (event: JsonValue | undefined) => toFunctionRequest(event, Buffer.from(event === undefined ? '' : JSON.stringify(event)));
const text = (body: Uint8Array) => Buffer.from(body).toString();

describe('an API gateway event', () => {
  it('becomes the request it describes', () => {
    const { body, ...rest } = request({
      httpMethod: 'patch',
      path: '/orders/7',
      queryStringParameters: { tag: ['a', 'b&c'], empty: '', none: null, limit: 5 },
      pathParameters: { id: '7' },
      headers: { Host: 'orders.example', Accept: ['text/plain', 'text/html'], 'Content-Type': 'text/plain' },
      body: 'hello',
      isBase64Encoded: false,
      requestContext: { apiId: 'api-1', requestId: 'r-1', stage: 'RELEASE', sourceIp: '192.0.2.1' },
    });
    expect(text(body)).toBe('hello');
    expect(rest).toEqual({
      method: 'PATCH',
      target: '/orders/7?tag=a&tag=b%26c&empty=&none=&limit=5',
      headers: [
        { name: 'Host', value: 'orders.example' },
        { name: 'Accept', value: 'text/plain' },
        { name: 'Accept', value: 'text/html' },
        { name: 'Content-Type', value: 'text/plain' },
        { name: 'x-apig-api-id', value: 'api-1' },
        { name: 'x-apig-request-id', value: 'r-1' },
        { name: 'x-apig-source-ip', value: '192.0.2.1' },
        { name: 'x-apig-source-stage', value: 'RELEASE' },
      ],
    });
  });

  it('is a POST to / where it does not say', () => {
    expect(request({ requestContext: {} })).toEqual({ method: 'POST', target: '/', headers: [], body: new Uint8Array() });
    expect(request({ path: '', httpMethod: null })).toMatchObject({ method: 'POST', target: '/' });
  });

  it.each([
    ['orders', '/orders'],
    ['/a b/ü', '/a%20b/%C3%BC'],
    ['/a%20b%', '/a%20b%25'],
    ['/a?x=1', '/a?x=1'],
    ['/a#b', '/a%23b'],
    ['/a\r\nX: y', '/a%0D%0AX:%20y'],
    ['//evil.example/a', '//evil.example/a'],
  ])('encodes the path %j as %j', (path, target) => {
    expect(request({ path }).target).toBe(target);
  });

  it('adds its query to one in the path', () => {
    expect(request({ path: '/a?x=1', queryStringParameters: { y: '2' } }).target).toBe('/a?x=1&y=2');
  });

  it('decodes a Base64 body', () => {
    expect(text(request({ path: '/', body: 'aGVsbG8=', isBase64Encoded: true }).body)).toBe('hello');
  });

  it('sends an object in place of a body as its JSON', () => {
    const { body, headers } = request({ path: '/', body: { a: [1] } });
    expect([text(body), headers]).toEqual(['{"a":[1]}', [{ name: 'content-type', value: 'application/json' }]]);
  });

  it('cannot speak for the platform or for the connection', () => {
    const headers = { 'X-CFF-Request-Id': 'forged', 'x-windlass-func-id': 'f', 'x-apig-source-ip': '1', Connection: 'close', 'Content-Length': '5', 'transfer-encoding': 'chunked', 'x-own': '1' };
    expect(request({ path: '/', headers }).headers).toEqual([{ name: 'x-own', value: '1' }]);
  });

  it.each([
    [{ httpMethod: 'CONNECT' }, 'httpMethod'],
    [{ httpMethod: 7 }, 'httpMethod'],
    [{ path: 7 }, 'path'],
    [{ path: '/', headers: [] }, 'headers'],
    [{ path: '/', headers: { 'a b': '1' } }, 'headers'],
    [{ path: '/', headers: { a: 'x\ny' } }, 'headers.a'],
    [{ path: '/', headers: { a: '\u{1F600}' } }, 'headers.a'],
    [{ path: '/', headers: { a: { b: 1 } } }, 'headers.a'],
    [{ path: '/', headers: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`h${n}`, '1'])) }, 'headers'],
    [{ path: '/', headers: { a: 'x'.repeat(70_000) } }, 'headers'],
    [{ path: '/', queryStringParameters: 'a=b' }, 'queryStringParameters'],
    [{ path: '/', queryStringParameters: { a: {} } }, 'queryStringParameters.a'],
    [{ path: '/', isBase64Encoded: 'yes' }, 'isBase64Encoded'],
    [{ path: '/', body: '***', isBase64Encoded: true }, 'body'],
    [{ requestContext: 'x' }, 'requestContext'],
  ])('is refused when it is wrong: %j', (event, member) => {
    expect(() => request(event as JsonValue)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'FSS.0400', message: expect.stringContaining(`"${member}"`) }));
  });
});

describe('any other JSON', () => {
  it.each<[JsonValue]>([[{}], [{ name: 'x' }], [[1, 2]], ['text'], [7], [false], [null]])('%j is sent as it came', (event) => {
    const sent = request(event);
    expect([sent.method, sent.target, text(sent.body), sent.headers]).toEqual(['POST', '/', JSON.stringify(event), [{ name: 'content-type', value: 'application/json' }]]);
  });

  it('and nothing at all is an empty POST', () => {
    expect(request(undefined)).toEqual({ method: 'POST', target: '/', headers: [], body: new Uint8Array() });
  });
});

describe('whatever an event holds', () => {
  const member = fc.oneof(fc.string(), fc.jsonValue());
  const event = fc.record(
    {
      httpMethod: fc.oneof(fc.constantFrom('GET', 'POST', 'delete'), member),
      path: fc.oneof(fc.string({ unit: 'grapheme' }), member),
      queryStringParameters: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string()))), member),
      headers: fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()))), member),
      body: member,
      isBase64Encoded: fc.oneof(fc.boolean(), member),
      requestContext: fc.oneof(fc.dictionary(fc.constantFrom('apiId', 'stage', 'sourceIp'), fc.string({ unit: 'binary' })), member),
    },
    { requiredKeys: [] },
  );

  it('the request can be written on one line per field, or the event is refused', () => {
    fc.assert(
      fc.property(event, (given) => {
        try {
          const { method, target, headers } = request(given as JsonValue);
          expect(method).toMatch(/^[A-Z]+$/);
          expect(target).toMatch(/^\/[\x21-\x7e]*$/);
          for (const { name, value } of headers) {
            expect(name).toMatch(/^[!-~]+$/);
            expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
          }
        } catch (error) {
          expect(isWindlassError(error) && error.kind).toBe('invalid');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
