import { WindlassError } from '@windlass/errors';
import { InvokeResponse } from '@windlass/contracts/worker/v1/worker_service';
import { HTTP_STATUS } from '../error/index.js';
import { PROJECT } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';

const path = `/v2/${PROJECT}/fgs/functions/urn:fss:local-1:${PROJECT}:function:default:hello:latest/invocations`;
const summary = { duration_ms: 1.913, billing_duration_ms: 100, memory_size_mb: 128, memory_used_mb: 41.51, cold_start: true };

function answered(status: number, body = 'hi'): InvokeResponse {
  const headers = [
    { name: 'content-type', value: 'text/plain' },
    { name: 'set-cookie', value: 'a=1' },
    { name: 'set-cookie', value: 'b=2' },
  ];
  return InvokeResponse.fromPartial({
    result: { $case: 'response', value: { status_code: status, headers, body: Buffer.from(body) } },
    summary,
    log_tail: 'the last line\n',
  });
}

function failed(code: number, message: string, retry_after_seconds = 0): InvokeResponse {
  return InvokeResponse.fromPartial({ result: { $case: 'failure', value: { code, reason: 'SOME_REASON', message, retry_after_seconds } }, summary });
}

describe('a synchronous invocation', () => {
  let edge: RunningEdge;

  beforeAll(async () => {
    edge = await RunningEdge.start();
  });
  afterAll(() => edge.stop());
  beforeEach(() => {
    edge.peers.reset();
    edge.peers.on('ResolveInvocation', () => ({ func_id: 'f1', version: 'v3', revision: 7 }));
    edge.peers.invoke = () => answered(200);
  });

  const invoke = (event: unknown, headers: Record<string, string> = {}) =>
    edge.fetch(path, { method: 'POST', headers, body: typeof event === 'string' ? event : JSON.stringify(event) });

  it('runs the version the registry resolves, with the event as an HTTP request', async () => {
    const answer = await invoke({ httpMethod: 'PUT', path: '/orders', queryStringParameters: { q: 'a b' }, headers: { Accept: 'text/plain' }, body: 'aGk=', isBase64Encoded: true });
    expect(answer.status).toBe(200);
    expect(edge.peers.invocations[0]).toEqual({
      request_id: answer.headers.get('x-cff-request-id'),
      func_id: 'f1',
      version: 'v3',
      revision: 7,
      method: 'PUT',
      target: '/orders?q=a%20b',
      headers: [
        { name: 'Accept', value: 'text/plain' },
        { name: 'content-type', value: 'application/json' },
      ],
      body: Buffer.from('hi'),
      log_tail: false,
    });
  });

  it('does not burden the registry with the event', async () => {
    await invoke({ httpMethod: 'GET', large: 'x'.repeat(1000) });
    expect(edge.peers.calls[0]?.request).toEqual({ project_id: PROJECT, function_urn: expect.stringContaining('hello') });
  });

  it('answers v0: what the function returned, as the documented object', async () => {
    const answer = await invoke({});
    expect(await answer.json()).toEqual({
      body: Buffer.from('hi').toString('base64'),
      headers: { 'content-type': ['text/plain'], 'set-cookie': ['a=1', 'b=2'] },
      statusCode: 200,
      isBase64Encoded: true,
    });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-cff-request-id': answer.headers.get('x-request-id'),
      'x-cff-response-version': 'v0',
      'x-cff-invoke-summary': '{"duration":1.913,"billingDuration":100,"memorySize":128,"memoryUsed":41.51}',
      'x-cff-billing-duration': '100',
      'x-func-err-code': '0',
      'x-is-func-err': 'false',
    });
    expect(answer.headers.has('x-cff-function-log')).toBe(false);
  });

  it('answers v1: the same text wrapped, with the log when it was asked for', async () => {
    const answer = await invoke({}, { 'x-cff-request-version': 'v1', 'x-cff-log-type': 'tail' });
    const body = (await answer.json()) as { result: string };
    expect(body).toEqual({ request_id: answer.headers.get('x-cff-request-id'), result: expect.any(String), log: 'the last line\n', status: 200 });
    expect(JSON.parse(body.result)).toMatchObject({ statusCode: 200 });
    expect(answer.headers.get('x-cff-response-version')).toBe('v1');
    expect(Buffer.from(answer.headers.get('x-cff-function-log') ?? '', 'base64').toString()).toBe('the last line\n');
    expect(edge.peers.invocations[0]?.log_tail).toBe(true);
  });

  it.each([404, 500, 302])('marks an answer of %i as the function\'s failure and still gives it', async (status) => {
    edge.peers.invoke = () => answered(status);
    const answer = await invoke({});
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ statusCode: status });
    expect([answer.headers.get('x-func-err-code'), answer.headers.get('x-is-func-err')]).toEqual(['4002', 'true']);
  });

  it.each([
    [4201, HTTP_STATUS.function_failed],
    [4211, HTTP_STATUS.function_failed],
    [4205, HTTP_STATUS.function_failed],
    [4002, HTTP_STATUS.function_failed],
    [4010, 408],
    [4021, 429],
    [150429, 429],
    [6001, 503],
  ])('reports failure %i as %i, by whose fault it is', async (code, status) => {
    edge.peers.invoke = () => failed(code, 'The process ended with code 1: no such file');
    const answer = await invoke({});
    expect([answer.status, await answer.json()]).toEqual([status, { error_code: `FSS.${code}`, error_msg: 'The process ended with code 1: no such file' }]);
    expect(answer.headers.get('x-cff-request-id')).toBe(answer.headers.get('x-request-id'));
  });

  it('says after how long it may succeed, as the worker knows', async () => {
    edge.peers.invoke = () => failed(150429, 'All 2 instances the function may have are busy', 7);
    expect((await invoke({})).headers.get('retry-after')).toBe('7');
  });

  it('fails as the registry says before a worker is troubled', async () => {
    edge.peers.on('ResolveInvocation', () => {
      throw new WindlassError({ kind: 'not_found', reason: 'FUNCTION_NOT_FOUND', code: 'FSS.1051', message: 'Not found the function' });
    });
    const answer = await invoke({});
    expect([answer.status, await answer.json()]).toEqual([404, { error_code: 'FSS.1051', error_msg: 'Not found the function' }]);
    expect(edge.peers.invocations).toEqual([]);
  });

  it('takes an event just under 6 MB and refuses a larger one, naming the limit', async () => {
    const limit = 6 * 1024 * 1024;
    expect((await invoke(JSON.stringify('x'.repeat(limit - 2)))).status).toBe(200);
    const answer = await invoke(JSON.stringify('x'.repeat(limit - 1)));
    expect([answer.status, await answer.json()]).toEqual([413, { error_code: 'FSS.1201', error_msg: expect.stringMatching(/^The request body is too large: more than 6291456 bytes/) }]);
  });

  it('refuses an event that cannot become a request, naming the member', async () => {
    const answer = await invoke({ httpMethod: 'GET', headers: { 'x-a': 'one\r\ntwo' } });
    expect([answer.status, await answer.json()]).toEqual([400, { error_code: 'FSS.0400', error_msg: expect.stringContaining('"headers.x-a"') }]);
    expect(edge.peers.invocations).toEqual([]);
  });
});
