import { packFiles } from '@windlass/function-package';
import { addTrigger, createRequest, demoClient, eventually, nodeFunction, uniqueName } from './harness/deploy.js';
import { iam, iamClient } from './harness/iam.js';
import { credentials, fg, refusal, sdkClient, wire, type SigningKey } from './harness/tenant.js';

const SEEN_HEADERS = nodeFunction(`http.createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(8000, '127.0.0.1');`);
const NAMES = ['x-cff-auth-token', 'x-cff-security-access-key', 'x-cff-security-secret-key', 'x-cff-security-token'];
const FORGED = Object.fromEntries(NAMES.map((name) => [name, 'forged']));

// With the official SDKs of IAM and FunctionGraph; the function shows what it gets, as no function of a tenant should.
describe('a function with an agency', () => {
  const { demo, api } = credentials();
  const identities = iamClient(demo);
  const agencyName = uniqueName('reader');
  const functionName = uniqueName('agency');
  let agencyId: string;
  let urn: string;
  let url: string;

  const createAgency = async (name: string, trusted: string): Promise<string> => {
    const option = new iam.CreateAgencyOption(name, demo.domain_id).withTrustDomainName(trusted).withDuration('FOREVER' as never);
    const answer = await identities.createAgency(new iam.CreateAgencyRequest().withBody(new iam.CreateAgencyRequestBody(option)));
    return wire<{ agency: { id: string } }>(answer).agency.id;
  };
  const deleteAgency = (id: string): Promise<unknown> => identities.deleteAgency(new iam.DeleteAgencyRequest(id));

  /** Lets the agency see everything of FunctionGraph in the project, and change nothing. */
  const grantReading = async (): Promise<void> => {
    const roles = await identities.keystoneListPermissions(new iam.KeystoneListPermissionsRequest().withDisplayName('FunctionGraph ReadOnlyAccess'));
    const roleId = wire<{ roles: { id: string }[] }>(roles).roles[0]?.id ?? '';
    const path = `/v3.0/OS-AGENCY/projects/${demo.project_id}/agencies/${agencyId}/roles/${roleId}`;
    const response = await fetch(api + path, { method: 'PUT', headers: { 'x-auth-token': await domainToken() } });
    expect(response.status).toBe(204);
  };
  const configure = (change: { readonly appXrole?: string; readonly enableAuthInHeader?: boolean }): Promise<unknown> => {
    const config = new fg.UpdateFunctionConfigRequestBody(functionName, 'http' as never, 10, 'bootstrap', 256);
    return demoClient().updateFunctionConfig(new fg.UpdateFunctionConfigRequest(urn).withBody(Object.assign(config, change)));
  };
  const seen = async (headers: Record<string, string> = {}): Promise<Record<string, string | undefined>> => {
    const response = await fetch(url, { headers });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, string | undefined>;
  };
  const issued = (): Promise<Record<string, string | undefined>> => eventually(() => seen(FORGED), (headers) => (headers[NAMES[1] ?? ''] ?? 'forged') !== 'forged');
  const keyOf = (headers: Record<string, string | undefined>, project_id = demo.project_id): SigningKey => {
    const [, access_key = '', secret_key = '', security_token = ''] = NAMES.map((name) => headers[name]);
    return { access_key, secret_key, security_token, project_id };
  };
  const list = (key: SigningKey): Promise<{ functions: { func_name: string }[] }> => sdkClient(key).listFunctions(new fg.ListFunctionsRequest()).then(wire<never>);
  const remove = (key: SigningKey): Promise<unknown> => sdkClient(key).deleteFunction(new fg.DeleteFunctionRequest(urn));

  beforeAll(async () => {
    agencyId = await createAgency(agencyName, 'op_svc_cff');
    await grantReading();
    const request = createRequest(functionName, await packFiles(SEEN_HEADERS));
    request.body!.appXrole = agencyName;
    urn = wire<{ func_urn: string }>(await demoClient().createFunction(request)).func_urn;
    url = await addTrigger(urn, functionName, '/seen');
  });
  afterAll(async () => {
    await demoClient().deleteFunction(new fg.DeleteFunctionRequest(urn));
  });

  it('gets no credentials unless it wants them in its headers, nor any that a caller forges', async () => {
    const shown = await demoClient().showFunctionConfig(new fg.ShowFunctionConfigRequest(urn));
    expect(shown).toMatchObject({ app_xrole: agencyName, xrole: '', enable_auth_in_header: false });
    const headers = await seen(FORGED);
    expect(NAMES.map((name) => headers[name])).toEqual(NAMES.map(() => undefined));
  });

  it('gets credentials that may do what the agency is granted, and nothing else, nowhere else', async () => {
    await configure({ appXrole: agencyName, enableAuthInHeader: true });
    const headers = await issued();
    const key = keyOf(headers);
    expect((await list(key)).functions.map((each) => each.func_name)).toContain(functionName);
    await expect(refusal(remove(key))).resolves.toMatchObject({ status: 403, message: expect.stringContaining('functiongraph:function:delete') });

    const stranger = await signUp();
    await expect(refusal(list(keyOf(headers, stranger.project_id)))).resolves.toMatchObject({ status: 403 });
    await expect(refusal(list({ ...key, security_token: 'another' }))).resolves.toMatchObject({ status: 401 });
  });

  it('gets a token that may do the same', async () => {
    const token = (await issued())[NAMES[0] ?? ''] ?? '';
    const call = (method: string, path: string) => fetch(`${api}/v2/${demo.project_id}${path}`, { method, headers: { 'x-auth-token': token } });
    expect((await call('GET', '/fgs/functions')).status).toBe(200);
    expect((await call('DELETE', `/fgs/functions/${urn}`)).status).toBe(403);
  });

  it('gets none any more when it wants none, or acts through no agency', async () => {
    const without = (headers: Record<string, string | undefined>): boolean => NAMES.every((name) => headers[name] === undefined);
    await configure({ appXrole: agencyName, enableAuthInHeader: false });
    await eventually(() => seen(FORGED), without);
    await configure({ appXrole: agencyName, enableAuthInHeader: true });
    await issued();
    await configure({ enableAuthInHeader: true });
    await eventually(() => seen(FORGED), without);
  });

  it('must name an agency of its account that trusts FunctionGraph', async () => {
    const untrusting = uniqueName('kms');
    const id = await createAgency(untrusting, 'op_svc_kms');
    for (const name of [untrusting, 'no-such-agency']) {
      await expect(refusal(configure({ appXrole: name }))).resolves.toMatchObject({ status: 400, code: 'FSS.1021', message: expect.stringContaining(name) });
    }
    await deleteAgency(id);
  });

  it('holds credentials that are worth nothing once the agency is deleted', async () => {
    await configure({ appXrole: agencyName, enableAuthInHeader: true });
    const key = keyOf(await issued());
    await list(key);
    await deleteAgency(agencyId);
    await eventually(() => list(key).then(() => 'listed', ({ httpStatusCode }: { httpStatusCode: number }) => httpStatusCode), (answer) => answer === 401);
    await expect(refusal(configure({ appXrole: agencyName, enableAuthInHeader: true }))).resolves.toMatchObject({ status: 400, code: 'FSS.1021' });
  });
});

async function domainToken(): Promise<string> {
  const { demo, api } = credentials();
  const password = { user: { name: demo.user, password: demo.password, domain: { name: demo.domain } } };
  const auth = { identity: { methods: ['password'], password }, scope: { domain: { id: demo.domain_id } } };
  const response = await fetch(`${api}/v3/auth/tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ auth }) });
  return response.headers.get('x-subject-token') ?? '';
}

async function signUp(): Promise<{ readonly project_id: string }> {
  const account = { account_name: uniqueName('stranger'), user_name: 'ann', password: 'correct horse 1', email: 'ann@example.com' };
  const response = await fetch(`${credentials().api}/windlass/v1/accounts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) });
  expect(response.status).toBe(201);
  return (await response.json()) as { project_id: string };
}
