import { WindlassError, ERROR_KINDS } from '@windlass/errors';
import { sign } from '@windlass/request-signing';
import { HTTP_STATUS } from '../error/index.js';
import { ACCESS_KEY, callsOf, OPERATOR_TOKEN, operations, PROJECT, SECRET_KEY } from '../testing/peers.js';
import { pathOf, PUBLIC_URL, RunningEdge } from '../testing/running-edge.js';

const functions = `/v2/${PROJECT}/fgs/functions`;
const urn = `urn:fss:local-1:${PROJECT}:function:default:hello:latest`;
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

  describe('performs every operation', () => {
    it.each(plain)('$method $path answers $successStatus', async (operation) => {
      const answer = await edge.fetch(pathOf(operation), { method: operation.method, headers: { 'x-auth-token': OPERATOR_TOKEN, 'x-subject-token': 'some-token' } });
      const text = await answer.text();
      expect(answer.status).toBe(operation.successStatus);
      expect(edge.peers.calls.map((call) => call.operation)).toEqual(callsOf(operation.name));
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
