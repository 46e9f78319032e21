import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { operations, PROJECT } from '../testing/peers.js';
import { pathOf, RunningEdge } from '../testing/running-edge.js';

const functions = `/v2/${PROJECT}/fgs/functions`;

describe('the REST API', () => {
  let edge: RunningEdge;

  beforeAll(async () => {
    edge = await RunningEdge.start();
  });
  afterAll(() => edge.stop());
  beforeEach(() => edge.peers.reset());

  const init = (method: string, body?: unknown, headers: Record<string, string> = {}): RequestInit => ({
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

  describe('refuses what is malformed, in the shape of each API', () => {
    const malformed = '{"func_name": ';

    it.each([
      ['POST', functions, { error_code: 'FSS.0400', error_msg: 'The request is malformed: the body is no JSON.' }],
      ['POST', `/v2/${PROJECT}/groups`, { error_code: 'LTS.0009', error_msg: 'The request is malformed: the body is no JSON.' }],
      ['POST', `/v1.0/${PROJECT}/kms/create-key`, { error: { error_code: 'KMS.0202', error_msg: 'The request is malformed: the body is no JSON.' } }],
      ['POST', '/v3/auth/tokens', { error: { code: 400, title: 'Bad Request', message: 'The request is malformed: the body is no JSON.' } }],
    ])('%s %s', async (method, path, expected) => {
      const answer = await edge.fetch(path, init(method, malformed));
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual(expected);
    });

    it.each([
      [{ memory_size: 'much' }, '"memory_size" must be a whole number from 0 to 4294967295'],
      [{ memory_size: 1.5 }, '"memory_size" must be a whole number'],
      [{ func_code: { file: 7 } }, '"func_code.file" must be a string'],
      [{ func_code: [] }, '"func_code" must be an object'],
      [{ depend_version_list: ['a', 1] }, '"depend_version_list" must be a list, each item a string'],
      [{ lts_custom_tag: { a: 1 } }, '"lts_custom_tag" must be an object, each value a string'],
      [{ is_stateful_function: 'yes' }, '"is_stateful_function" must be true or false'],
      [[], 'the body must be a JSON object'],
      ['"text"', 'the body must be a JSON object'],
      ['{"func_name":"\\ud800"}', 'not valid Unicode'],
      ['{"func_name":"a\\u0000b"}', 'the text of "func_name" holds a NUL character'],
      ['{"func_vpc":{"a\\u0000b":1}}', 'the text of "func_vpc" holds a NUL character'],
      ['{"func_vpc":{"__proto__":{"a":1}}}', '"__proto__" is not allowed'],
      ['{"func_vpc":1e999}', 'a number that is too large'],
      [`{"func_vpc":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nested more than 30 levels'],
    ])('names the field that does not fit: %j', async (body, problem) => {
      const answer = await edge.fetch(functions, init('POST', body));
      expect(answer.status).toBe(400);
      expect(((await answer.json()) as { error_msg: string }).error_msg).toContain(problem);
      expect(edge.peers.calls).toEqual([]);
    });

    it('passes JSON on as deep as it takes it', async () => {
      const deep = `${'{"a":'.repeat(29)}{}${'}'.repeat(29)}`;
      expect((await edge.fetch(functions, init('POST', `{"func_vpc":${deep}}`))).status).toBe(200);
      expect(JSON.stringify(edge.peers.calls[0]?.request['func_vpc'])).toBe(deep);
    });

    it('refuses NUL in a path', async () => {
      const answer = await edge.fetch(`${functions}/a%00b/config`);
      expect([answer.status, await answer.json()]).toEqual([400, { error_code: 'FSS.0400', error_msg: expect.stringContaining('"function_urn" holds a NUL') }]);
    });

    it('does not care what else a client expects', async () => {
      const answer = await raw(edge.api.port, `GET ${functions} HTTP/1.1\r\nHost: x\r\nExpect: something\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
    });

    it.each([
      ['what is no request', 'GARBAGE\r\n\r\n', 400, '{"error_code":"APIGW.0201"'],
      ['headers over 32 KiB', `GET /v2/a HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`, 431, '{"error_code":"APIGW.0201"'],
      ['a path over 32 KiB, to clients of Keystone', `GET /v3/${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, '{"error":{"code":431,'],
      ['a body of two lengths', `POST ${functions} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400, '{"error_code":"APIGW.0201"'],
    ])('refuses %s in the shape of the API, and closes', async (_what, request, status, body) => {
      const answer = await raw(edge.api.port, request);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\nConnection: close\r\n\r\n`));
      expect(answer.split('\r\n\r\n')[1]).toContain(body);
    });

    it('refuses a body that is not UTF-8', async () => {
      const answer = await edge.fetch(functions, { method: 'POST', body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]) });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('not UTF-8');
    });

    it.each([
      ['GET', '/v2/nothing/here'],
      ['PATCH', functions],
      ['GET', `/v2/${PROJECT}//functions`],
      ['GET', '/'],
    ])('knows no API at %s %s', async (method, path) => {
      const answer = await edge.fetch(path, { method });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { error_code: 'APIGW.0101', error_msg: expect.stringContaining('does not exist'), request_id: answer.headers.get('x-request-id') },
      ]);
    });

    it.each([['/v2/%zz/fgs/functions', 'application/json'], [functions, ';;']])('refuses broken HTTP: %s of type %s', async (path, type) => {
      const answer = await edge.fetch(path, init('POST', {}, { 'content-type': type }));
      expect([answer.status, await answer.json()]).toEqual([400, { error_code: 'APIGW.0201', error_msg: expect.any(String), request_id: expect.any(String) }]);
    });

    it('answers an unknown path of IAM v3 in the shape of IAM v3', async () => {
      const answer = await edge.fetch('/v3/unknown');
      expect([answer.status, await answer.json()]).toEqual([404, { error: { code: 404, title: 'Not Found', message: expect.any(String) } }]);
    });

    it('refuses an ordinary body of more than 1 MB, naming the limit', async () => {
      const answer = await edge.fetch(`/v2/${PROJECT}/groups`, init('POST', { log_group_name: 'x'.repeat(1024 * 1024) }));
      expect(answer.status).toBe(413);
      expect(await answer.text()).toContain('more than 1048576 bytes');
    });

    it('still answers a client that sends twenty times the limit', async () => {
      const answer = await edge.fetch(`/v2/${PROJECT}/groups`, init('POST', 'x'.repeat(20 * 1024 * 1024)));
      expect(answer.status).toBe(413);
    });

    it('takes a large body where code is uploaded', async () => {
      const file = 'A'.repeat(8 * 1024 * 1024);
      expect((await edge.fetch(functions, init('POST', { func_code: { file } }))).status).toBe(200);
      expect((edge.peers.calls[0]?.request['func_code'] as { file: string }).file).toHaveLength(file.length);
    });

    it('never fails by itself, whatever JSON is sent', async () => {
      const paths = operations.filter((operation) => operation.body !== '').map((operation) => ({ path: pathOf(operation), method: operation.method }));
      const known = fc.constantFrom('func_name', 'memory_size', 'func_code', 'lts_custom_tag', 'event_data', 'func_vpc', 'strategy_config', 'auth', 'ttl_in_days', 'httpMethod', 'path', 'headers');
      const { value } = fc.letrec<{ value: unknown }>((tie) => ({
        value: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(fc.oneof(known, fc.string()), tie('value')), fc.array(tie('value'), { maxLength: 4 })),
      }));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), value, async ({ path, method }, body) => {
          const answer = await edge.fetch(path, init(method, JSON.stringify(body)));
          await answer.arrayBuffer();
          expect(answer.status).toBeLessThan(500);
        }),
        { numRuns: 300 },
      );
    });

    it('never fails by itself, whatever bytes are sent', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
          const answer = await edge.fetch(functions, { method: 'POST', body: Buffer.from(body) });
          await answer.arrayBuffer();
          expect(answer.status).toBeLessThan(500);
        }),
        { numRuns: 100 },
      );
    });
  });
});

/** What comes back for bytes that no HTTP client would send, until the connection closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}
