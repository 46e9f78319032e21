import { packFiles } from '@windlass/function-package';
import { createRequest, eventually, nodeFunction, uniqueName } from './harness/deploy.js';
import type { AccountCredentials } from './harness/platform.js';
import { credentials, fg, refusal, sdkClient, TokenClient, wire } from './harness/tenant.js';

const PASSWORD = 'Correct-Horse-1';
const HELLO = nodeFunction(`http.createServer((_, response) => response.end('hello')).listen(8000, '127.0.0.1');`);

interface Answer {
  readonly status: number;
  readonly body: never;
}

async function call(method: string, path: string, options: { token?: string; body?: unknown } = {}): Promise<Answer> {
  const response = await fetch(`${credentials().api}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(options.token === undefined ? {} : { 'x-auth-token': options.token }) },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
}

const signUp = (change: object = {}) =>
  call('POST', '/windlass/v1/accounts', { body: { account_name: uniqueName('tenant'), user_name: 'ann', password: PASSWORD, email: 'ann@example.com', ...change } });

/** A tenant of this test's own, with the credentials that sign-up gave. */
async function newTenant(): Promise<AccountCredentials> {
  const { status, body } = await signUp();
  if (status !== 201) throw new Error(`sign-up failed: ${status} ${JSON.stringify(body)}`);
  const created = body as { domain_id: string; domain_name: string; user_name: string; access_key: string; secret_key: string; project_id: string };
  return { domain: created.domain_name, user: created.user_name, password: PASSWORD, ...created };
}

/** A token scoped to the account, as global services want it. */
async function domainToken({ user, password, domain }: AccountCredentials): Promise<string> {
  const identity = { methods: ['password'], password: { user: { name: user, password, domain: { name: domain } } } };
  const response = await fetch(`${credentials().api}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { domain: { name: domain } } } }),
  });
  return response.headers.get('x-subject-token') ?? '';
}

const manage = async (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(method, `/windlass/v1/admin${path}`, { token: await domainToken(credentials().admin), ...(body === undefined ? {} : { body }) });

async function createFunction(tenant: AccountCredentials, name: string, change: object = {}): Promise<string> {
  const request = createRequest(name, await packFiles(HELLO));
  Object.assign(request.body as object, change);
  return wire<{ func_urn: string }>(await sdkClient(tenant).createFunction(request)).func_urn;
}

async function addUrl(tenant: AccountCredentials, urn: string): Promise<string> {
  const data = { name: 'hello', path: '/', match_mode: 'SWA', req_method: 'ANY', auth: 'NONE', protocol: 'HTTP', type: 1, env_name: 'RELEASE', env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID' };
  const body = new fg.CreateFunctionTriggerRequestBody('DEDICATEDGATEWAY' as never, data as never);
  const trigger = await sdkClient(tenant).createFunctionTrigger(new fg.CreateFunctionTriggerRequest(urn).withBody(body));
  return wire<{ event_data: { invoke_url: string } }>(trigger).event_data.invoke_url;
}

const visit = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};

describe('somebody who signs up', () => {
  it('has an account that works at once, and can be paused, resumed and closed by the operator', async () => {
    const tenant = await newTenant();
    const urn = await createFunction(tenant, 'hello');
    const url = await addUrl(tenant, urn);
    await eventually(() => visit(url), ({ status }) => status === 200);
    const [account, bystander] = [`/accounts/${tenant.domain_id}`, credentials().demo.url];

    expect(await manage('POST', `${account}/close`, {})).toMatchObject({ status: 409 });
    expect(await manage('POST', `${account}/suspend`, { reason: 'unpaid' })).toMatchObject({ status: 200, body: { account: { status: 'suspended', status_reason: 'unpaid' } } });
    // Whoever hears of it first refuses; in the end it is the gateway.
    const refused = await eventually(() => visit(url), ({ status, text }) => status === 403 && text.includes('APIG.'));
    expect(JSON.parse(refused.text)).toMatchObject({ error_code: 'APIG.0306', error_msg: 'The account that owns this API is suspended.' });
    expect(await refusal(sdkClient(tenant).listFunctions(new fg.ListFunctionsRequest()))).toMatchObject({ status: 401, message: expect.stringContaining('suspended') });
    expect(await domainToken(tenant)).toBe('');
    expect((await visit(bystander)).status).toBe(200);

    expect(await manage('POST', `${account}/resume`, {})).toMatchObject({ status: 200, body: { account: { status: 'active' } } });
    expect((await eventually(() => visit(url), ({ status }) => status === 200)).text).toBe('hello');
    expect(wire<{ functions: { func_urn: string }[] }>(await sdkClient(tenant).listFunctions(new fg.ListFunctionsRequest())).functions.map(({ func_urn }) => func_urn)).toEqual([urn]);

    await manage('POST', `${account}/suspend`, {});
    expect(await manage('POST', `${account}/close`, {})).toMatchObject({ status: 200, body: { account: { status: 'closed' } } });
    expect(await manage('POST', `${account}/resume`, {})).toMatchObject({ status: 409 });
    await eventually(() => visit(url), ({ status, text }) => status === 403 && text.includes('closed'));
    expect(await signUp({ account_name: tenant.domain })).toMatchObject({ status: 409, body: { error_code: 'IAM.0005' } });
  });

  it.each([
    [{ account_name: 'аcme' }, 'a letter of another alphabet'],
    [{ account_name: 'x'.repeat(65) }, 'a name that is too long'],
    [{ account_name: "a'; DROP TABLE accounts; --" }, 'SQL'],
    [{ email: 'nobody' }, 'no address'],
    [{ email: 'ann@example.com\r\nBcc: all@example.com' }, 'a header'],
    [{ password: 'short' }, 'a weak password'],
    [{ account_name: 7 }, 'a number for a name'],
  ])('is told what is wrong with %j: %s', async (change, _what) => {
    const { status, body } = await signUp(change);
    expect({ status, body }).toEqual({ status: 400, body: { error_code: expect.stringMatching(/^(IAM\.)?\d{4}$/), error_msg: expect.any(String) } });
  });

  it('manages no account, neither others nor the own', async () => {
    const tenant = await newTenant();
    const token = await domainToken(tenant);
    for (const [method, path, body] of [
      ['GET', '/accounts'],
      ['GET', `/accounts/${tenant.domain_id}`],
      ['POST', `/accounts/${credentials().demo.domain_id}/suspend`, {}],
      ['PUT', `/accounts/${tenant.domain_id}/quotas`, { quotas: { fgs_func_num: 9999 } }],
      ['POST', '/invitations', {}],
    ] as const) {
      expect(await call(method, `/windlass/v1/admin${path}`, { token, body })).toMatchObject({ status: 403 });
      expect(await call(method, `/windlass/v1/admin${path}`, { body })).toMatchObject({ status: 401 });
    }
  });
});

describe('quotas of an account', () => {
  it('are set by the operator, in force within a second, and give the last place to exactly one', async () => {
    const tenant = await newTenant();
    const set = (quotas: object) => manage('PUT', `/accounts/${tenant.domain_id}/quotas`, { quotas });
    const shown = async () => {
      const { quotas } = wire<{ quotas: { resources: { type: string; quota: number; used: number }[] } }>(await sdkClient(tenant).listQuotas(new fg.ListQuotasRequest()));
      return quotas.resources.find(({ type }) => type === 'fgs_func_num');
    };
    expect(await set({ fgs_func_num: 2 })).toEqual({ status: 200, body: { quotas: { fgs_func_num: 2 } } });
    await eventually(shown, (quota) => quota?.quota === 2);
    await createFunction(tenant, 'first');
    const tries = await Promise.allSettled(['a', 'b', 'c'].map((name) => createFunction(tenant, name)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const message = expect.stringMatching(new RegExp(`fgs_func_num of this account is 2 functions.*PUT /windlass/v1/admin/accounts/${tenant.domain_id}/quotas`));
    expect(await refusal(createFunction(tenant, 'd'))).toMatchObject({ status: 403, code: 'FSS.1041', message });
    expect(await shown()).toMatchObject({ quota: 2, used: 2 });

    await set({ fgs_func_num: 3 });
    await eventually(shown, (quota) => quota?.quota === 3);
    await createFunction(tenant, 'third');
    expect(await set({ fgs_func_nmu: 3 })).toMatchObject({ status: 400, body: { error_msg: expect.stringContaining('fgs_func_num') } });
    expect(await manage('GET', `/accounts/${tenant.domain_id}/quotas`)).toMatchObject({ body: { quotas: { fgs_func_num: 3 } } });
  });

  it('bound requests at once, and say so', async () => {
    const tenant = await newTenant();
    const url = await addUrl(tenant, await createFunction(tenant, 'hello'));
    await eventually(() => visit(url), ({ status }) => status === 200);
    await manage('PUT', `/accounts/${tenant.domain_id}/quotas`, { quotas: { fgs_func_qos_limit: 0 } });
    const refused = await eventually(() => visit(url), ({ status }) => status === 429);
    expect(JSON.parse(refused.text)).toMatchObject({ error_msg: expect.stringContaining('fgs_func_qos_limit') });
    await manage('PUT', `/accounts/${tenant.domain_id}/quotas`, { quotas: { fgs_func_qos_limit: 100 } });
    await eventually(() => visit(url), ({ status }) => status === 200);
  });

  it('of iam and keys are shown as the real services show them', async () => {
    const tenant = await newTenant();
    const token = await domainToken(tenant);
    const domain = await call('GET', `/v3.0/OS-QUOTA/domains/${tenant.domain_id}`, { token });
    expect(domain).toMatchObject({ status: 200, body: { quotas: { resources: expect.arrayContaining([{ type: 'user', quota: 50, used: 1, min: 50, max: 1000 }]) } } });
    expect(await call('GET', '/v1.0/enterprise-projects/quotas', { token })).toMatchObject({ body: { quotas: { resources: [{ type: 'enterprise_project', quota: 100, used: 0 }] } } });
  });
});

describe('enterprise projects', () => {
  it('hold functions, give them away, and go when they are disabled and empty', async () => {
    const tenant = await newTenant();
    const token = await domainToken(tenant);
    const eps = (method: string, path: string, body?: unknown) => call(method, `/v1.0/enterprise-projects${path}`, { token, ...(body === undefined ? {} : { body }) });
    const create = async (name: string) => (await eps('POST', '', { name, description: '', type: 'prod' })).body['enterprise_project'] as { id: string };
    const [shop, billing] = [await create('shop'), await create('billing')];
    const urn = await createFunction(tenant, 'hello', { enterprise_project_id: shop.id });
    const held = async (id: string) => {
      const { body } = await eps('POST', `/${id}/resources/filter`, { resource_types: ['functions'] });
      return (body as { resources: { resource_id: string }[] }).resources.map(({ resource_id }) => resource_id);
    };
    expect(await held(shop.id)).toEqual([urn]);
    const migrate = { resource_type: 'functions', resource_id: urn, project_id: tenant.project_id };
    expect(await eps('POST', `/${billing.id}/resources-migrate`, migrate)).toMatchObject({ status: 204 });
    expect([await held(shop.id), await held(billing.id)]).toEqual([[], [urn]]);
    expect(wire<{ enterprise_project_id: string }>(await sdkClient(tenant).showFunctionConfig(new fg.ShowFunctionConfigRequest(urn))).enterprise_project_id).toBe(billing.id);

    expect(await eps('DELETE', `/${shop.id}`)).toMatchObject({ body: { error: { error_code: expect.stringMatching(/^EPS\./) } } });
    for (const { id } of [shop, billing]) expect(await eps('POST', `/${id}/action`, { action: 'disable' })).toMatchObject({ status: 204 });
    expect(await eps('DELETE', `/${shop.id}`)).toMatchObject({ status: 204 });
    expect(await eps('GET', `/${shop.id}`)).toMatchObject({ status: 404 });
    expect(await eps('DELETE', `/${billing.id}`)).toMatchObject({ status: 400, body: { error: { error_msg: expect.stringContaining('1 resources') } } });
    expect(await refusal(createFunction(tenant, 'late', { enterprise_project_id: billing.id }))).toMatchObject({ status: 400, message: expect.stringContaining('disabled') });
    expect(await eps('POST', '/0/action', { action: 'disable' })).toMatchObject({ status: 400 });

    // Another tenant sees none of it.
    const stranger = await domainToken(await newTenant());
    expect(await call('GET', `/v1.0/enterprise-projects/${billing.id}`, { token: stranger })).toMatchObject({ status: 404 });
    expect(await call('GET', '/v1.0/enterprise-projects', { token: stranger })).toMatchObject({ body: { total_count: 1 } });
  });

  it('bound what a user sees and does whose grants are in one of them, in lists too', async () => {
    const tenant = await newTenant();
    const token = await domainToken(tenant);
    const own = (method: string, path: string, body?: unknown) => call(method, path, { token, ...(body === undefined ? {} : { body }) });
    const { body: made } = await own('POST', '/v1.0/enterprise-projects', { name: 'shop' });
    const shop = (made as { enterprise_project: { id: string } }).enterprise_project.id;
    const [inside, outside] = [await createFunction(tenant, 'inside', { enterprise_project_id: shop }), await createFunction(tenant, 'outside')];
    const { body: created } = await own('POST', '/v3.0/OS-USER/users', { user: { name: 'bob', domain_id: tenant.domain_id, password: PASSWORD } });
    const { body: found } = await own('GET', `/v3/roles?display_name=${encodeURIComponent('FunctionGraph FullAccess')}`);
    const [userId, roleId] = [(created as { user: { id: string } }).user.id, (found as { roles: { id: string }[] }).roles[0]?.id];
    expect(await own('PUT', `/v3.0/OS-PERMISSION/enterprise-projects/${shop}/users/${userId}/roles/${roleId}`)).toMatchObject({ status: 204 });

    const bob = await TokenClient.logIn({ ...tenant, user: 'bob' });
    const list = async () => ((await bob.call('GET', '/fgs/functions')).body as { functions: { func_urn: string }[]; count: number });
    const seen = await eventually(list, ({ functions }) => functions?.length === 1);
    expect(seen).toMatchObject({ functions: [{ func_urn: inside }], count: 1 });
    expect(await bob.call('GET', `/fgs/functions/${inside}/config`)).toMatchObject({ status: 200 });
    for (const [method, path] of [
      ['GET', `/fgs/functions/${outside}/config`],
      ['DELETE', `/fgs/functions/${outside}`],
      ['GET', `/fgs/triggers/${outside}`],
    ] as const) {
      expect(await bob.call(method, path)).toMatchObject({ status: 404, body: { error_code: 'FSS.1051' } });
    }
    const wish = { func_name: 'bobs', package: 'default', runtime: 'http', timeout: 10, handler: 'bootstrap', memory_size: 256, code_type: 'zip', func_code: { file: (await packFiles(HELLO)).toString('base64') } };
    expect(await bob.call('POST', '/fgs/functions', wish)).toMatchObject({ status: 403, body: { error_code: 'FSS.1127' } });
    expect(await bob.call('POST', '/fgs/functions', { ...wish, enterprise_project_id: shop })).toMatchObject({ status: 200 });
    expect(wire<{ functions: object[] }>(await sdkClient(tenant).listFunctions(new fg.ListFunctionsRequest())).functions).toHaveLength(3);
  });
});

describe('projects beneath that of the region', () => {
  it('are deleted only once nothing is left in them', async () => {
    const tenant = await newTenant();
    const token = await domainToken(tenant);
    const wish = { name: `${credentials().region}_shop`, parent_id: tenant.project_id };
    const { project } = (await call('POST', '/v3/projects', { token, body: { project: wish } })).body as { project: { id: string } };
    const within = { ...tenant, project_id: project.id };
    const urn = await createFunction(within, 'left');
    const remove = () => call('DELETE', `/v3/projects/${project.id}`, { token });
    const message = 'The project still holds 1 function. Delete it first.';
    expect(await remove()).toMatchObject({ status: 409, body: { error: { code: 409, message, title: 'Conflict' } } });
    await sdkClient(within).deleteFunction(new fg.DeleteFunctionRequest(urn.replace(/:latest$/, '')));
    // The log group that the function wrote to is still there, and in nobody's way.
    expect(await remove()).toMatchObject({ status: 204 });
    expect(await call('GET', `/v3/projects/${project.id}`, { token })).toMatchObject({ status: 404 });
  });
});
