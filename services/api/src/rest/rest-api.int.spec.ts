import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { WindlassError, ERROR_KINDS } from '@windlass/errors';
import { sign } from '@windlass/request-signing';
import { HTTP_STATUS } from '../error/index.js';
import { ACCESS_KEY, OPERATOR_TOKEN, operations, PROJECT, READER_TOKEN, SECRET_KEY, UNSCOPED_TOKEN } from '../testing/peers.js';
import { pathOf, PUBLIC_URL, RunningEdge } from '../testing/running-edge.js';

const functions = `/v2/${PROJECT}/fgs/functions`;
const urn = `urn:fss:local-1:${PROJECT}:function:default:hello:latest`;
const guarded = operations.filter((operation) => operation.access !== 'anonymous');
const ofProjects = operations.filter((operation) => operation.access === 'project');
// The answer is the worker's, or a stream that the edge makes.
const plain = operations.filter((operation) => operation.adapter !== 'invocation' && !operation.streaming);
const NO_JSON = new Set(['exported-function', 'metrics']);

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

  describe('asks every operation for a credential', () => {
    it.each(guarded)('$method $path without one is 401', async (operation) => {
      const answer = await fetch(`${edge.url}${pathOf(operation)}`, { method: operation.method });
      expect(answer.status).toBe(401);
      expect(edge.peers.calls).toEqual([]);
      if (operation.method === 'HEAD') return;
      const body = (await answer.json()) as Record<string, unknown>;
      if (operation.errors === 'keystone') {
        expect(body).toEqual({ error: { code: 401, title: 'Unauthorized', message: expect.stringMatching(/neither a signature .* nor a token/) } });
      } else {
        expect(body).toEqual({
          error_code: 'APIGW.0301',
          error_msg: expect.stringMatching(/^Incorrect IAM authentication information: .*neither a signature/),
          request_id: answer.headers.get('x-request-id'),
        });
      }
    });

    it.each(guarded)('$method $path with an unknown token is 401', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': 'nobody' } });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain(operation.method === 'HEAD' ? '' : 'the token is unknown');
      expect(edge.peers.calls).toEqual([]);
    });
  });

  describe('keeps every caller in its project', () => {
    it.each(ofProjects)("$method $path of another project is 403", async (operation) => {
      const answer = await edge.fetch(pathOf(operation, 'b'.repeat(32)), { method: operation.method });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('belongs to another project');
      expect(edge.peers.calls).toEqual([]);
    });

    it.each(ofProjects)('$method $path with a token of no project is 403', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': UNSCOPED_TOKEN } });
      expect(answer.status).toBe(403);
      expect(edge.peers.calls).toEqual([]);
    });

    it.each(ofProjects)('$method $path by a user without a role is 403 naming the action', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': READER_TOKEN } });
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain(operation.action);
      expect(edge.peers.calls).toEqual([]);
    });

    it('takes the project from the path, whatever the body says', async () => {
      await edge.fetch(functions, init('POST', { func_name: 'f', project_id: 'other', projectId: 'another' }));
      expect(edge.peers.calls[0]?.request['project_id']).toBe(PROJECT);
    });

    it('names the resource that was refused', async () => {
      const answer = await edge.fetch(functions, init('POST', { package: 'default', func_name: 'hello' }, { 'x-auth-token': READER_TOKEN }));
      expect(await answer.json()).toEqual({
        error_code: 'FSS.0403',
        error_msg: "Policy doesn't allow functiongraph:function:createFunction to be performed on functiongraph:local-1:d1:function:default/hello.",
      });
    });
  });

  describe('performs every operation', () => {
    it.each(plain)('$method $path answers $successStatus', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': OPERATOR_TOKEN, 'x-subject-token': 'some-token' } });
      const text = await answer.text();
      expect(answer.status).toBe(operation.successStatus);
      expect(edge.peers.calls.map((call) => call.operation)).toEqual([operation.name]);
      expect(answer.headers.get('x-request-id')).toBe(edge.peers.calls[0]?.context.requestId);
      if (operation.successStatus === 204) expect(text).toBe('');
      // A file, or text for another program to read: nothing is in it here.
      else if (NO_JSON.has(operation.adapter)) expect([text, answer.headers.get('content-type')]).toEqual(['', expect.not.stringContaining('json')]);
      else expect(JSON.parse(text)).toEqual(operation.responseBody === '' ? expect.any(Object) : []);
    });

    it('sends the caller, signed, to the service', async () => {
      await edge.fetch(functions);
      expect(edge.peers.calls[0]?.context.principal).toMatchObject({ domain_id: 'd1', project_id: PROJECT, roles: ['te_admin'] });
    });

    it('passes path, query and body on as one request', async () => {
      await edge.fetch(`${functions}?marker=0&maxitems=2&unknown=1`);
      await edge.fetch(`${functions}/${urn}/config`, init('PUT', { memory_size: 256, lts_custom_tag: { a: 'b' }, not_documented: { x: 1 }, handler: null }));
      expect(edge.peers.calls.map((call) => call.request)).toEqual([
        { project_id: PROJECT, marker: '0', maxitems: '2' },
        { project_id: PROJECT, function_urn: urn, memory_size: 256, lts_custom_tag: { a: 'b' } },
      ]);
    });

    it.each([urn, encodeURIComponent(urn), `${urn}/`])('finds the function in .../functions/%s', async (segment) => {
      expect((await edge.fetch(`${functions}/${segment}`, { method: 'DELETE' })).status).toBe(204);
      expect(edge.peers.calls[0]?.request['function_urn']).toBe(urn);
    });

    it.each(['application/json;charset=utf8', 'application/json; charset=UTF-8', 'text/plain', 'application/x-www-form-urlencoded'])('reads JSON sent as %s', async (type) => {
      const answer = await edge.fetch(functions, init('POST', { func_name: 'hello' }, { 'content-type': type }));
      expect(answer.status).toBe(200);
      expect(edge.peers.calls[0]?.request['func_name']).toBe('hello');
    });

    it('takes a body on DELETE and ignores it where none is documented', async () => {
      expect((await edge.fetch(`${functions}/${urn}`, init('DELETE', { any: 'thing' }))).status).toBe(204);
    });

    it('shows zero values and leaves absent optional fields out', async () => {
      edge.peers.on('QueryLogs', () => ({ logs: [{ content: 'line' }] }));
      const answer = await edge.fetch(`/v2/${PROJECT}/groups/g/streams/s/content/query`, init('POST', {}));
      expect(await answer.json()).toEqual({ logs: [{ content: 'line', line_num: '', labels: {} }], isQueryComplete: false, analysisLogs: [] });
    });

    it('answers a list operation with a bare array', async () => {
      edge.peers.on('ListFunctionTriggers', () => ({ triggers: [{ trigger_id: 't1', event_data: { name: 'api' } }] }));
      const answer = await edge.fetch(`/v2/${PROJECT}/fgs/triggers/${urn}`);
      expect(await answer.json()).toEqual([
        { trigger_id: 't1', trigger_type_code: '', trigger_status: '', event_data: { name: 'api' }, created_time: '', last_updated_time: '' },
      ]);
    });

    it.each([
      ['GET', `${functions}?marker=0&b&a=%2F`, undefined],
      ['POST', functions, '{"func_name": "é"}'],
      ['DELETE', `${functions}/${urn}`, '{"any": "body"}'],
      ['GET', `${functions}/a%20b/config/`, undefined],
      ['GET', '/v3/projects?name=local-1', undefined],
    ])('accepts the signature of %s %s as it was sent', async (method, target, body) => {
      const headers = [{ name: 'host', value: new URL(edge.url).host }, { name: 'content-type', value: 'application/json' }, { name: 'X-Project-Id', value: PROJECT }];
      const signed = sign({ method, requestTarget: target, headers, ...(body === undefined ? {} : { body }) }, { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, now: new Date() });
      const send = (text: string | undefined) =>
        fetch(`${edge.url}${target}`, { method, headers: Object.fromEntries(signed.map(({ name, value }) => [name, value])), ...(text === undefined ? {} : { body: text }) });
      expect((await send(body)).status).toBeLessThan(300);
      expect(edge.peers.signatures[0]?.project_id).toBe(PROJECT);
      if (body !== undefined) expect((await send(`${body} `)).status).toBe(401);
    });
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

  describe('reports failures of services', () => {
    const failing = (kind: (typeof ERROR_KINDS)[number], code = 'FSS.1234') => {
      throw new WindlassError({ kind, reason: 'SOME_REASON', code, message: 'The sentence for the caller.' });
    };

    it.each(ERROR_KINDS)('of kind %s with its status', async (kind) => {
      edge.peers.on('ListFunctions', () => failing(kind));
      const answer = await edge.fetch(functions);
      expect(answer.status).toBe(HTTP_STATUS[kind]);
      const body = await answer.json();
      if (kind === 'internal') expect(JSON.stringify(body)).not.toContain('sentence');
      else expect(body).toEqual({ error_code: 'FSS.1234', error_msg: 'The sentence for the caller.' });
    });

    it('puts the prefix of the API before a bare number', async () => {
      edge.peers.on('ListFunctions', () => failing('unavailable', '0503'));
      edge.peers.on('ListKeys', () => failing('not_found', '0207'));
      expect(await (await edge.fetch(functions)).json()).toMatchObject({ error_code: 'FSS.0503' });
      expect(await (await edge.fetch(`/v1.0/${PROJECT}/kms/list-keys`, init('POST', {}))).json()).toMatchObject({ error: { error_code: 'KMS.0207' } });
    });

    it('tells nothing of an unexpected failure and finds it by request id in the log', async () => {
      edge.peers.on('ListFunctions', () => {
        throw new Error('a secret of the inside');
      });
      const answer = await edge.fetch(functions);
      expect(answer.status).toBe(500);
      expect(await answer.json()).toEqual({ error_code: 'FSS.0500', error_msg: expect.not.stringContaining('secret') });
      expect(edge.log.join('')).toContain(answer.headers.get('x-request-id') ?? 'no request id');
    });
  });

  describe('hands out tokens', () => {
    beforeEach(() => {
      edge.peers.on('CreateToken', () => ({ token_value: 'the-token', token: { expires_at: 'later', catalog: [{ id: 'c1' }] } }));
    });

    it('in the header, never in the body', async () => {
      const answer = await fetch(`${edge.url}/v3/auth/tokens`, { method: 'POST', body: '{"auth":{"identity":{"methods":["password"]}}}' });
      const text = await answer.text();
      expect(answer.status).toBe(201);
      expect(answer.headers.get('x-subject-token')).toBe('the-token');
      expect(text).not.toContain('the-token');
      expect(JSON.parse(text)).toMatchObject({ token: { expires_at: 'later', catalog: [{ id: 'c1' }], roles: [] } });
    });

    it('without a catalog when none is wanted', async () => {
      const answer = await fetch(`${edge.url}/v3/auth/tokens?nocatalog=any`, { method: 'POST', body: '{}' });
      expect(await answer.json()).toMatchObject({ token: { catalog: [] } });
    });
  });

  describe('links to packages', () => {
    const digest = 'd'.repeat(128);
    const code = `${functions}/${urn}/code`;

    const link = async (): Promise<URL> => {
      edge.peers.on('ShowFunctionCode', () => ({ digest, func_name: 'hello', code_filename: 'größe.zip', code_type: 'zip' }));
      const body = (await (await edge.fetch(code)).json()) as { func_code: { link: string } };
      return new URL(body.func_code.link);
    };
    const follow = (url: URL) => fetch(`${edge.url}${url.pathname}${url.search}`);

    it('that lead to the package without another credential', async () => {
      const bytes = Buffer.alloc(700_000, 'zip');
      edge.peers.packages.set(digest, bytes);
      const url = await link();
      expect(url.origin).toBe(PUBLIC_URL);
      const answer = await follow(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/zip');
      expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.zip");
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('that are refused when anything in them was changed', async () => {
      for (const [name, value] of [['expires', '9999999999'], ['filename', 'other.zip'], ['signature', '00']] as const) {
        const url = await link();
        url.searchParams.set(name, value);
        expect((await follow(url)).status).toBe(403);
      }
      const url = await link();
      url.pathname = url.pathname.replace(digest, 'e'.repeat(128));
      expect((await follow(url)).status).toBe(403);
    });

    it('that fail properly when the package is gone', async () => {
      edge.peers.packages.delete(digest);
      const answer = await follow(await link());
      expect([answer.status, await answer.json()]).toEqual([404, { error_code: 'FSS.1054', error_msg: 'The package does not exist.' }]);
    });

    it('but not for inline code', async () => {
      edge.peers.on('ShowFunctionCode', () => ({ digest, func_code: { file: 'aGVsbG8=' } }));
      expect(await (await edge.fetch(code)).json()).toMatchObject({ func_code: { file: 'aGVsbG8=', link: '' } });
    });
  });

  it('tells whether everything behind it answers', async () => {
    const answer = await fetch(`${edge.url}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok', unreachable: [] }]);
  });

  it('describes every operation as OpenAPI', async () => {
    const document = (await (await fetch(`${edge.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, { operationId: string }>> };
    for (const { path, method, name } of operations) expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(name);
  });

  it('keeps answers out of caches', async () => {
    const { headers } = await edge.fetch(functions);
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
  });

  it('has operations of every access and family under test', () => {
    expect(new Set(operations.map((operation) => operation.access))).toEqual(new Set(['anonymous', 'authenticated', 'project', 'domain', 'operator']));
    expect(new Set(operations.map((operation) => operation.errors))).toEqual(new Set(['flat', 'wrapped', 'keystone']));
  });
});

/** What comes back for bytes that no HTTP client would send, until the connection closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}
