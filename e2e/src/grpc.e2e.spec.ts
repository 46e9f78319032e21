import { credentials as channelCredentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { AccountServiceClient } from '@windlass/contracts/iam/v1/account_service';
import { FunctionServiceClient, ListFunctionsRequest, type ListFunctionsResponse } from '@windlass/contracts/registry/v1/function_service';
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
