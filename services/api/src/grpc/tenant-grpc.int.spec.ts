import { createHash } from 'node:crypto';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { ErrorDetail } from '@windlass/contracts/error/v1/error';
import { ErrorInfo, RetryInfo } from '@windlass/contracts/google/rpc/error_details';
import { Status } from '@windlass/contracts/google/rpc/status';
import { HealthCheckResponse_ServingStatus as ServingStatus, HealthClient, HealthService, type HealthCheckResponse } from '@windlass/contracts/grpc/health/v1/health';
import { AccountServiceService } from '@windlass/contracts/iam/v1/account_service';
import { TokenServiceClient } from '@windlass/contracts/iam/v1/token_service';
import { CreateFunctionRequest, FunctionServiceService, ListFunctionsRequest, ShowFunctionCodeRequest } from '@windlass/contracts/registry/v1/function_service';
import { InvocationServiceClient, InvocationServiceService, InvokeFunctionRequest, type InvokeFunctionResponse } from '@windlass/contracts/registry/v1/invocation_service';
import { InvokeResponse } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError } from '@windlass/errors';
import { connect } from '@windlass/grpc';
import { sign } from '@windlass/request-signing';
import { ACCESS_KEY, ADMIN_TOKEN, callsOf, OPERATOR_TOKEN, operations, PROJECT, READER_TOKEN, SECRET_KEY } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';
import { callUnary, type UnaryMethod } from '../upstream/call-unary.js';

// The answer is the worker's, or a stream that the edge makes.
const reachable = operations.filter((operation) => operation.adapter !== 'invocation' && !operation.streaming);
const guarded = operations.filter((operation) => operation.access !== 'anonymous');

describe("the tenants' gRPC", () => {
  let edge: RunningEdge;
  let client: Client;

  beforeAll(async () => {
    edge = await RunningEdge.start();
    client = new Client(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await edge.stop();
  });
  beforeEach(() => edge.peers.reset());

  const call = <Q, R>(method: UnaryMethod<Q, R>, request: Q, token?: string): Promise<R> => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('x-auth-token', token);
    return callUnary(client, method, request, { metadata, deadlineMs: 10_000 });
  };
  const bytes = (path: string): UnaryMethod<Buffer, Buffer> => ({ path, requestSerialize: (b) => b, responseDeserialize: (b) => b });

  it.each(guarded)('$rpcPath asks for a credential', async ({ rpcPath }) => {
    await expect(call(bytes(rpcPath), Buffer.alloc(0))).rejects.toMatchObject({ kind: 'unauthenticated', code: 'APIGW.0301' });
    expect(edge.peers.calls).toEqual([]);
  });

  it.each(reachable)('$rpcPath reaches its service', async ({ rpcPath, name }) => {
    await expect(call(bytes(rpcPath), Buffer.alloc(0), OPERATOR_TOKEN)).resolves.toBeInstanceOf(Buffer);
    expect(edge.peers.calls.map((received) => received.operation)).toEqual(callsOf(name));
  });

  it('acts in the project of the caller when the request names none', async () => {
    edge.peers.on('CreateFunction', (request) => ({ func_name: String(request['func_name']) }));
    const answer = await call(FunctionServiceService.createFunction, CreateFunctionRequest.fromPartial({ func_name: 'hello' }), ADMIN_TOKEN);
    expect(answer.func_name).toBe('hello');
    expect(edge.peers.calls[0]?.request).toEqual({ project_id: PROJECT, func_name: 'hello' });
  });

  it('refuses another project', async () => {
    const request = CreateFunctionRequest.fromPartial({ project_id: 'other' });
    await expect(call(FunctionServiceService.createFunction, request, ADMIN_TOKEN)).rejects.toMatchObject({ kind: 'forbidden', reason: 'FOREIGN_PROJECT' });
  });

  it('refuses what a caller may not do, naming action and resource', async () => {
    const request = CreateFunctionRequest.fromPartial({ package: 'default', func_name: 'hello' });
    await expect(call(FunctionServiceService.createFunction, request, READER_TOKEN)).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining('functiongraph:function:createFunction to be performed on functiongraph:local-1:d1:function:default/hello'),
    });
  });

  it('refuses bytes that are no message', async () => {
    const method = bytes(FunctionServiceService.createFunction.path);
    await expect(call(method, Buffer.from([0xff, 0xff]), ADMIN_TOKEN)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' });
  });

  it.each([
    [30, 'resolves'],
    [34, 'rejects'],
    [48, 'rejects'],
  ] as const)('an object %i levels deep %s, so that no service has to', async (levels, outcome) => {
    let deep: object = {};
    for (let level = 0; level < levels; level += 1) deep = { a: deep };
    const request = CreateFunctionRequest.fromPartial({ func_vpc: deep });
    const answer = call(FunctionServiceService.createFunction, request, ADMIN_TOKEN);
    await (outcome === 'resolves' ? expect(answer).resolves.toBeDefined() : expect(answer).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' }));
    const received = edge.peers.calls.length;
    expect(received).toBe(outcome === 'resolves' ? 1 : 0);
  });

  it('refuses NUL in text', async () => {
    const request = CreateFunctionRequest.fromPartial({ func_name: 'a\0b' });
    await expect(call(FunctionServiceService.createFunction, request, ADMIN_TOKEN)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('"func_name" holds a NUL') });
    expect(edge.peers.calls).toEqual([]);
  });

  describe('tells failures', () => {
    const failureOf = (path: string): Promise<ServiceError | null> =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        metadata.set('x-auth-token', ADMIN_TOKEN);
        const { requestSerialize, responseDeserialize } = bytes(path);
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), metadata, (error) => resolve(error));
      });
    const standardDetail = (failure: ServiceError | null) => {
      const detail = Status.decode(failure?.metadata.get('grpc-status-details-bin')[0] as Buffer);
      return { ...detail, details: detail.details.map(({ type_url, value }) => ({ type_url, value: ErrorInfo.decode(value) })) };
    };

    it('with their kind, reason and code, in our detail and in the standard one', async () => {
      edge.peers.on('ListFunctions', () => {
        throw new WindlassError({ kind: 'not_found', reason: 'APP_NOT_FOUND', code: 'FSS.1055', message: 'No such application.' });
      });
      const failure = await failureOf('/windlass.registry.v1.FunctionService/ListFunctions');
      expect(failure?.code).toBe(status.NOT_FOUND);
      const detail = failure?.metadata.get('windlass-error-bin')[0] as Buffer;
      expect(ErrorDetail.decode(detail)).toEqual({ kind: 'not_found', reason: 'APP_NOT_FOUND', code: 'FSS.1055', message: 'No such application.', retry_after_seconds: 0 });
      expect(standardDetail(failure)).toEqual({
        code: status.NOT_FOUND,
        message: 'No such application.',
        details: [
          {
            type_url: 'type.googleapis.com/google.rpc.ErrorInfo',
            value: { reason: 'APP_NOT_FOUND', domain: 'windlass', metadata: { code: 'FSS.1055', kind: 'not_found' } },
          },
        ],
      });
    });

    it('with the wait after which the same call may succeed', async () => {
      edge.peers.on('ListFunctions', () => {
        throw new WindlassError({ kind: 'throttled', reason: 'TOO_MANY', code: 'FSS.0429', message: 'Too many.', retryAfterSeconds: 7 });
      });
      const failure = await failureOf('/windlass.registry.v1.FunctionService/ListFunctions');
      const { details } = Status.decode(failure?.metadata.get('grpc-status-details-bin')[0] as Buffer);
      expect(details.map(({ type_url }) => type_url)).toEqual(['type.googleapis.com/google.rpc.ErrorInfo', 'type.googleapis.com/google.rpc.RetryInfo']);
      expect(RetryInfo.decode(details[1]?.value as Buffer)).toEqual({ retry_delay: { seconds: 7n, nanos: 0 } });
      expect(ErrorDetail.decode(failure?.metadata.get('windlass-error-bin')[0] as Buffer).retry_after_seconds).toBe(7);
    });

    it('under the number of the service they happened in, and nothing of the inside', async () => {
      edge.peers.on('ListKeys', () => {
        throw new Error('a secret of the inside');
      });
      const failure = await failureOf('/windlass.kms.v1.KeyService/ListKeys');
      expect(standardDetail(failure).details[0]?.value.metadata).toEqual({ code: 'KMS.0500', kind: 'internal' });
      expect(JSON.stringify(failure)).not.toContain('a secret of the inside');
    });
  });

  describe('takes signed calls', () => {
    const path = FunctionServiceService.listFunctions.path;
    const message = Buffer.from(ListFunctionsRequest.encode(ListFunctionsRequest.fromPartial({ marker: '7' })).finish());
    const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
    const signed = (contentHash: string | undefined, secretKey = SECRET_KEY, now = new Date()): Metadata => {
      const headers = [
        { name: 'host', value: `127.0.0.1:${edge.api.grpcPort}` },
        { name: 'x-project-id', value: PROJECT },
        ...(contentHash === undefined ? [] : [{ name: 'x-sdk-content-sha256', value: contentHash }]),
      ];
      const metadata = new Metadata();
      for (const { name, value } of sign({ method: 'POST', requestTarget: path, headers, body: message }, { accessKey: ACCESS_KEY, secretKey, now })) {
        // `host` is signed and travels as :authority.
        if (name !== 'host') metadata.set(name, value);
      }
      return metadata;
    };
    const list = (metadata: Metadata, content = message) => callUnary(client, bytes(path), content, { metadata, deadlineMs: 10_000 });

    it.each([
      ['whose message is signed', () => sha256(message)],
      ['whose message is left out of the signature', () => 'UNSIGNED-PAYLOAD'],
    ])('%s', async (_what, contentHash) => {
      await expect(list(signed(contentHash()))).resolves.toBeInstanceOf(Buffer);
      expect(edge.peers.calls[0]?.request).toEqual({ project_id: PROJECT, marker: '7' });
      expect(edge.peers.signatures[0]).toMatchObject({ method: 'POST', request_target: path, project_id: PROJECT });
    });

    it.each([
      ['under another secret key', () => signed(sha256(message), 'another'), message, 'the signature is wrong'],
      ['from sixteen minutes ago', () => signed(sha256(message), SECRET_KEY, new Date(Date.now() - 16 * 60_000)), message, 'the signature is wrong'],
      ['with another message than was signed', () => signed(sha256(message)), Buffer.alloc(0), 'not the hash of the message'],
      ['that do not say what of the message is signed', () => signed(undefined), message, 'x-sdk-content-sha256'],
    ])('and none %s', async (_what, metadata, content, problem) => {
      await expect(list(metadata(), content)).rejects.toMatchObject({ kind: 'unauthenticated', message: expect.stringContaining(problem) });
      expect(edge.peers.calls).toEqual([]);
    });
  });

  it('invokes functions: what was returned is the response, how it went is trailing metadata', async () => {
    edge.peers.on('ResolveInvocation', () => ({ func_id: 'f1', version: 'latest', revision: 3 }));
    const headers = [{ name: 'content-type', value: 'text/plain' }];
    edge.peers.invoke = () => InvokeResponse.fromPartial({ result: { $case: 'response', value: { status_code: 404, headers, body: Buffer.from('no') } }, log_tail: 'last line' });
    const invocations = new InvocationServiceClient(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('x-auth-token', ADMIN_TOKEN);
    metadata.set('x-cff-log-type', 'tail');
    const request = InvokeFunctionRequest.fromPartial({ function_urn: 'hello', event: { httpMethod: 'GET', path: '/a' } });
    const answer = await new Promise<{ response: InvokeFunctionResponse; trailer: Metadata }>((resolve, reject) => {
      const call = invocations.invokeFunction(request, metadata, (error, response) => {
        if (error !== null) reject(error);
        else call.once('status', ({ metadata: trailer }) => resolve({ response, trailer }));
      });
    });
    expect(answer.response).toEqual({ body: Buffer.from('no').toString('base64'), headers: { 'content-type': ['text/plain'] }, statusCode: 404, isBase64Encoded: true });
    expect(answer.trailer.getMap()).toMatchObject({ 'x-func-err-code': '4002', 'x-is-func-err': 'true', 'x-cff-function-log': Buffer.from('last line').toString('base64') });
    expect(edge.peers.calls.map(({ operation, request: asked }) => [operation, asked])).toEqual([['ResolveInvocation', { project_id: PROJECT, function_urn: 'hello' }]]);
    expect(edge.peers.invocations[0]).toMatchObject({ func_id: 'f1', revision: 3, method: 'GET', target: '/a' });
    invocations.close();
  });

  it("gives a link to a function's code", async () => {
    edge.peers.on('ShowFunctionCode', () => ({ func_name: 'hello', digest: 'd'.repeat(128) }));
    const answer = await call(FunctionServiceService.showFunctionCode, ShowFunctionCodeRequest.fromPartial({ function_urn: 'hello' }), ADMIN_TOKEN);
    expect(answer.func_code?.link).toContain(`/windlass/v1/packages/${'d'.repeat(128)}?`);
  });

  it('hands out tokens without a credential', async () => {
    edge.peers.on('CreateToken', () => ({ token_value: 'the-token' }));
    const tokens = connect(TokenServiceClient, `127.0.0.1:${edge.api.grpcPort}`);
    await expect(tokens.createToken({ auth: undefined })).resolves.toMatchObject({ token_value: 'the-token' });
    tokens.close();
  });

  it.each([AccountServiceService.createAccount.path, InvocationServiceService.resolveInvocation.path, '/windlass.registry.v1.CatalogService/ShowFunctionSpec'])(
    'does not know %s',
    async (path) => {
      const code = await new Promise((resolve) => {
        const { requestSerialize, responseDeserialize } = bytes(path);
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), (error) => resolve(error?.code));
      });
      expect(code).toBe(status.UNIMPLEMENTED);
    },
  );

  describe('tells its health', () => {
    const health = (): HealthClient => new HealthClient(`127.0.0.1:${edge.api.grpcPort}`, credentials.createInsecure());
    const check = (service: string) => call(HealthService.check, { service });

    it('as a whole and of each service', async () => {
      await expect(check('')).resolves.toEqual({ status: ServingStatus.SERVING });
      await expect(check('windlass.registry.v1.FunctionService')).resolves.toEqual({ status: ServingStatus.SERVING });
    });

    it('but not of services that are not here', async () => {
      const code = await new Promise((resolve) => {
        const client = health();
        client.check({ service: 'windlass.iam.v1.AuthenticationService' }, (error) => {
          client.close();
          resolve(error?.code);
        });
      });
      expect(code).toBe(status.NOT_FOUND);
    });

    it('to those who watch, whenever it changes', async () => {
      const client = health();
      const watch = client.watch({ service: 'windlass.kms.v1.KeyService' });
      const told = (watch as AsyncIterable<HealthCheckResponse>)[Symbol.asyncIterator]();
      const next = async () => ((await told.next()) as { value: HealthCheckResponse }).value.status;
      expect(await next()).toBe(ServingStatus.SERVING);
      edge.peers.halt();
      expect(await next()).toBe(ServingStatus.NOT_SERVING);
      await edge.peers.start();
      expect(await next()).toBe(ServingStatus.SERVING);
      watch.once('error', () => undefined);
      watch.cancel();
      client.close();
    });
  });
});
