import { createHash } from 'node:crypto';
import { credentials as channelCredentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { AccountServiceClient } from '@windlass/contracts/iam/v1/account_service';
import { FunctionServiceClient, FunctionServiceService, ListFunctionsRequest, type ListFunctionsResponse } from '@windlass/contracts/registry/v1/function_service';
import { InvocationServiceClient, InvokeFunctionRequest, type InvokeFunctionResponse } from '@windlass/contracts/registry/v1/invocation_service';
import { sign } from '@windlass/request-signing';
import { credentials, TokenClient } from './harness/tenant.js';

const REQUEST = ListFunctionsRequest.fromPartial({});

describe('gRPC for tenants', () => {
  const functions = new FunctionServiceClient(credentials().grpc, channelCredentials.createInsecure());
  afterAll(() => functions.close());

  const list = (metadata: Metadata): Promise<ListFunctionsResponse> =>
    new Promise((resolve, reject) => functions.listFunctions(REQUEST, metadata, (error, response) => (error === null ? resolve(response) : reject(error))));

  it('answers the same operations as REST, with a token', async () => {
    const { token } = await TokenClient.logIn(credentials().demo);
    const metadata = new Metadata();
    metadata.set('x-auth-token', token);
    const { functions: found } = await list(metadata);
    expect(found.map((each) => each.func_name)).toContain('hello-express');
  });

  it('takes a call that is signed with an access key', async () => {
    const { demo, grpc } = credentials();
    const headers = [
      { name: 'host', value: grpc },
      { name: 'x-project-id', value: demo.project_id },
      { name: 'x-sdk-content-sha256', value: createHash('sha256').update(ListFunctionsRequest.encode(REQUEST).finish()).digest('hex') },
    ];
    const { path } = FunctionServiceService.listFunctions;
    const signed = sign({ method: 'POST', requestTarget: path, headers }, { accessKey: demo.access_key, secretKey: demo.secret_key, now: new Date() });
    const metadata = new Metadata();
    // `host` travels as :authority.
    for (const { name, value } of signed) if (name !== 'host') metadata.set(name, value);
    const { functions: found } = await list(metadata);
    expect(found.map((each) => each.func_name)).toContain('hello-express');
  });

  it('invokes a function', async () => {
    const invocations = new InvocationServiceClient(credentials().grpc, channelCredentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('x-auth-token', (await TokenClient.logIn(credentials().demo)).token);
    const request = InvokeFunctionRequest.fromPartial({ function_urn: 'hello-express', event: { httpMethod: 'GET', path: '/' } });
    const answer = await new Promise<InvokeFunctionResponse>((resolve, reject) => {
      invocations.invokeFunction(request, metadata, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(JSON.parse(Buffer.from(answer.body, 'base64').toString())).toMatchObject({ function: 'hello-express' });
    invocations.close();
  });

  it('refuses a call without a credential', async () => {
    await expect(list(new Metadata())).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('does not know the platform’s internal operations', async () => {
    const accounts = new AccountServiceClient(credentials().grpc, channelCredentials.createInsecure());
    const { token } = await TokenClient.logIn(credentials().admin);
    const metadata = new Metadata();
    metadata.set('x-auth-token', token);
    const failure = await new Promise<ServiceError | null>((resolve) => accounts.showAccount({ account_name: 'demo' }, metadata, (error) => resolve(error)));
    expect(failure?.code).toBe(status.UNIMPLEMENTED);
    accounts.close();
  });
});
