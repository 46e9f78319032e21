import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { ErrorDetail } from '@windlass/contracts/error/v1/error';
import { AccountServiceService } from '@windlass/contracts/iam/v1/account_service';
import { TokenServiceClient } from '@windlass/contracts/iam/v1/token_service';
import { CreateFunctionRequest, FunctionServiceService } from '@windlass/contracts/registry/v1/function_service';
import { InvocationServiceService } from '@windlass/contracts/registry/v1/invocation_service';
import { WindlassError } from '@windlass/errors';
import { connect } from '@windlass/grpc';
import { ADMIN_TOKEN, operations, PROJECT, READER_TOKEN } from '../testing/peers.js';
import { RunningEdge } from '../testing/running-edge.js';
import { callUnary, type UnaryMethod } from '../upstream/call-unary.js';

const reachable = operations.filter((operation) => operation.adapter !== 'invocation');
const guarded = reachable.filter((operation) => operation.access !== 'anonymous');

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
    await expect(call(bytes(rpcPath), Buffer.alloc(0), ADMIN_TOKEN)).resolves.toBeInstanceOf(Buffer);
    expect(edge.peers.calls.map((received) => received.operation)).toEqual([name]);
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
      message: expect.stringContaining('functiongraph:function:createFunction on function:default/hello'),
    });
  });

  it('refuses bytes that are no message', async () => {
    const method = bytes(FunctionServiceService.createFunction.path);
    await expect(call(method, Buffer.from([0xff, 0xff]), ADMIN_TOKEN)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' });
  });

  it('passes failures on with their detail', async () => {
    edge.peers.on('ListFunctions', () => {
      throw new WindlassError({ kind: 'not_found', reason: 'APP_NOT_FOUND', code: 'FSS.1055', message: 'No such application.' });
    });
    const failure = await new Promise<ServiceError | null>((resolve) => {
      const metadata = new Metadata();
      metadata.set('x-auth-token', ADMIN_TOKEN);
      const { path, requestSerialize, responseDeserialize } = bytes('/windlass.registry.v1.FunctionService/ListFunctions');
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), metadata, (error) => resolve(error));
    });
    expect(failure?.code).toBe(status.NOT_FOUND);
    const detail = failure?.metadata.get('windlass-error-bin')[0] as Buffer;
    expect(ErrorDetail.decode(detail)).toEqual({ kind: 'not_found', reason: 'APP_NOT_FOUND', code: 'FSS.1055', message: 'No such application.' });
  });

  it('says that signed calls go to REST', async () => {
    const metadata = new Metadata();
    metadata.set('authorization', 'SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=00');
    const answer = callUnary(client, bytes('/windlass.registry.v1.FunctionService/ListFunctions'), Buffer.alloc(0), { metadata, deadlineMs: 10_000 });
    await expect(answer).rejects.toMatchObject({ kind: 'unauthenticated', message: expect.stringContaining('send a token') });
  });

  it('hands out tokens without a credential', async () => {
    edge.peers.on('CreateToken', () => ({ token_value: 'the-token' }));
    const tokens = connect(TokenServiceClient, `127.0.0.1:${edge.api.grpcPort}`);
    await expect(tokens.createToken({ auth: undefined })).resolves.toMatchObject({ token_value: 'the-token' });
    tokens.close();
  });

  it.each([AccountServiceService.createAccount.path, InvocationServiceService.invokeFunction.path, '/windlass.registry.v1.CatalogService/ShowFunctionSpec'])(
    'does not know %s',
    async (path) => {
      const code = await new Promise((resolve) => {
        const { requestSerialize, responseDeserialize } = bytes(path);
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), (error) => resolve(error?.code));
      });
      expect(code).toBe(status.UNIMPLEMENTED);
    },
  );

  it('answers health checks', async () => {
    await expect(call(bytes('/grpc.health.v1.Health/Check'), Buffer.alloc(0))).resolves.toEqual(Buffer.from([8, 1]));
  });
});
