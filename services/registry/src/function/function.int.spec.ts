import { createHash } from 'node:crypto';
import { UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { createRequest, RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';
import { handmadeZip, SCRIPT } from '../code-package/testing/handmade-zip.js';

describe('functions, through gRPC', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const of = (urn: string): { project_id: string; function_urn: string } => ({ project_id: tenant.project, function_urn: urn });
  const update = (change: Partial<UpdateFunctionConfigRequest>): UpdateFunctionConfigRequest => ({
    ...UpdateFunctionConfigRequest.fromPartial({ ...of('hello'), runtime: 'http', timeout: 30, handler: '-', memory_size: 256 }),
    ...change,
  });

  it('are created and shown with every documented field', async () => {
    const created = await registry.create(tenant, { user_data: '{"A":"1"}', description: 'says hello' });
    const digest = createHash('sha512').update(Buffer.from(zipBase64(), 'base64')).digest('hex');
    expect(created).toMatchObject({
      func_urn: `urn:fss:local-1:${tenant.project}:function:default:hello:latest`,
      resource_id: `${created.func_id}:hello`,
      domain_id: tenant.principal.domain_id,
      namespace: tenant.project,
      project_name: 'local-1',
      memory_size: 256,
      cpu: 400,
      timeout: 30,
      handler: '-',
      code_type: 'zip',
      code_filename: 'hello.zip',
      user_data: '{"A":"1"}',
      digest,
      version: 'latest',
      type: 'v2',
      strategy_config: { concurrency: 400, concurrent_num: 1 },
      ephemeral_storage: 512,
      enable_lts_log: true,
      description: 'says hello',
    });
    expect(created.image_name).toMatch(/^latest-\d{12}@[a-z0-9]{5}$/);
    expect(new Date(created.last_modified).toISOString()).toBe(created.last_modified);
    await expect(registry.functions.showFunctionConfig(of(created.func_urn), tenant.metadata())).resolves.toEqual(created);
  });

  it('get their log stream in the caller\'s name', async () => {
    const created = await registry.create(tenant);
    const call = registry.logs.calls.at(-1);
    expect(call?.context.principal).toEqual(tenant.principal);
    expect(call?.request).toEqual({ func_name: 'hello', log_group_id: '', log_stream_id: '' });
    const details = await registry.functions.showLtsLogDetails(of('hello'), tenant.metadata());
    expect(details).toMatchObject({ group_id: created.log_group_id, stream_id: created.log_stream_id, stream_name: 'hello' });
  });

  it('are not there for another tenant, by any form of URN', async () => {
    const created = await registry.create(tenant);
    const stranger = registry.tenant();
    const asStranger = (urn: string): object => ({ project_id: stranger.project, function_urn: urn });
    for (const urn of [created.func_urn, `${tenant.project}:default:hello`, 'hello', 'default:hello']) {
      await expect(registry.functions.showFunctionConfig(asStranger(urn) as never, stranger.metadata())).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1051' });
      await expect(registry.functions.deleteFunction(asStranger(urn) as never, stranger.metadata())).rejects.toMatchObject({ code: 'FSS.1051' });
      await expect(registry.invocations.resolveInvocation(asStranger(urn) as never, stranger.metadata())).rejects.toMatchObject({ code: 'FSS.1051' });
    }
    await expect(registry.functions.showFunctionConfig(of('hello') as never, stranger.metadata())).rejects.toMatchObject({ kind: 'forbidden', code: 'FSS.0403' });
    await expect(registry.functions.showFunctionConfig(of('hello'))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('have no version but latest, and no alias', async () => {
    await registry.create(tenant);
    const urn = `urn:fss:local-1:${tenant.project}:function:default:hello`;
    await expect(registry.functions.showFunctionConfig(of(`${urn}:v1`), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1052' });
    await expect(registry.functions.showFunctionConfig(of(`${urn}:!live`), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1053' });
  });

  it('of a name exist once, however many create it at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => registry.create(tenant)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'conflict', code: 'FSS.1061' });
    const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
    expect(quotas?.resources.find(({ type }) => type === 'fgs_func_num')).toMatchObject({ quota: 400, used: 1 });
  });

  it('can be deleted by version-less URN and by :latest, and created again with another id', async () => {
    const first = await registry.create(tenant);
    await registry.functions.deleteFunction(of(first.func_urn), tenant.metadata());
    await expect(registry.functions.showFunctionConfig(of('hello'), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1051' });
    const second = await registry.create(tenant);
    expect(second.func_id).not.toBe(first.func_id);
    const before = await registry.invocations.resolveInvocation(of('hello'), tenant.metadata());
    expect(before).toMatchObject({ func_id: second.func_id, version: 'latest', revision: 3 });
    await registry.functions.deleteFunction(of('hello'), tenant.metadata());
    await expect(registry.functions.deleteFunction(of('hello'), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1051' });
    const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
    const used = Object.fromEntries(quotas?.resources.map((each) => [each.type, each.used]) ?? []);
    expect(used).toMatchObject({ fgs_func_num: 0, fgs_func_code_size: 0 });
  });

  it('of inline code are a package whose only file is bootstrap, and give their text back', async () => {
    const file = Buffer.from(SCRIPT).toString('base64');
    await registry.create(tenant, { code_type: 'inline', code_filename: '', func_code: { file, link: '' } });
    const code = await registry.functions.showFunctionCode(of('hello'), tenant.metadata());
    expect(code).toMatchObject({ code_type: 'inline', func_code: { file, link: '' } });
  });

  it('get new code; the same code again changes nothing', async () => {
    const created = await registry.create(tenant);
    const send = (file: string): Promise<{ digest: string; last_modified: string }> =>
      registry.functions.updateFunctionCode({ ...of('hello'), code_type: 'zip', code_url: '', code_filename: 'hello.zip', func_code: { file, link: '' }, depend_version_list: [], code_encrypt_kms_key_id: '' }, tenant.metadata());
    const same = await send(zipBase64());
    expect(same).toMatchObject({ digest: created.digest, last_modified: created.last_modified });
    const changed = await send(zipBase64('changed'));
    expect(changed.digest).not.toBe(created.digest);
    const invocation = await registry.invocations.resolveInvocation(of('hello'), tenant.metadata());
    expect(invocation.revision).toBe(2);
  });

  it('keep their code when the new one is refused', async () => {
    const created = await registry.create(tenant);
    const file = handmadeZip([{ name: 'app/bootstrap', content: SCRIPT }]).toString('base64');
    const refused = registry.functions.updateFunctionCode({ ...of('hello'), code_type: 'zip', code_url: '', code_filename: '', func_code: { file, link: '' }, depend_version_list: [], code_encrypt_kms_key_id: '' }, tenant.metadata());
    await expect(refused).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringContaining('zip the content of the folder') });
    expect((await registry.functions.showFunctionConfig(of('hello'), tenant.metadata())).digest).toBe(created.digest);
  });

  it('act through agencies of their account that trust FunctionGraph, and no others', async () => {
    const { domain_id } = tenant.principal;
    registry.iam.agencies.set(`${domain_id}/good`, 'usable').set(`${domain_id}/other`, 'untrusting').set(`${domain_id}/old`, 'expired');
    registry.iam.agencies.set('another account/theirs', 'usable');
    const problems = { other: 'The agency other does not trust FunctionGraph', old: 'The agency old has expired', theirs: 'The agency theirs does not exist', none: 'The agency none does not exist' };
    for (const [name, message] of Object.entries(problems)) {
      const refused = { kind: 'invalid', code: 'FSS.1021', message: expect.stringContaining(message) };
      await expect(registry.create(tenant, { xrole: name })).rejects.toMatchObject(refused);
      await expect(registry.create(tenant, { xrole: 'good', app_xrole: name })).rejects.toMatchObject(refused);
    }
    await expect(registry.create(tenant, { xrole: 'good' })).resolves.toMatchObject({ xrole: 'good', app_xrole: '', enable_auth_in_header: false });
    await expect(registry.functions.updateFunctionConfig(update({ app_xrole: 'other' }), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1021' });
    const changed = await registry.functions.updateFunctionConfig(update({ xrole: 'good', app_xrole: 'good', enable_auth_in_header: true }), tenant.metadata());
    expect(changed).toMatchObject({ xrole: 'good', app_xrole: 'good', enable_auth_in_header: true, enable_lts_log: true });
    const without = await registry.functions.updateFunctionConfig(update({}), tenant.metadata());
    expect(without).toMatchObject({ xrole: '', app_xrole: '', enable_auth_in_header: false, enable_lts_log: false, log_group_id: '' });
  });

  it('have their configuration replaced; the instance limit and the logs stay', async () => {
    const created = await registry.create(tenant, { description: 'old', user_data: '{"A":"1"}', lts_custom_tag: { team: 'blue' } });
    await registry.functions.updateFunctionMaxInstanceConfig({ ...of('hello'), max_instance_num: -1 }, tenant.metadata());
    const replaced = await registry.functions.updateFunctionConfig(update({ memory_size: 512, strategy_config: { concurrent_num: 20 } }), tenant.metadata());
    expect(replaced).toMatchObject({
      memory_size: 512,
      cpu: 600,
      description: '',
      user_data: '',
      strategy_config: { concurrency: -1, concurrent_num: 20 },
      log_group_id: created.log_group_id,
      log_stream_id: created.log_stream_id,
      lts_custom_tag: { team: 'blue' },
      digest: created.digest,
    });
    const off = await registry.functions.updateFunctionConfig(update({ enable_lts_log: false }), tenant.metadata());
    expect(off).toMatchObject({ enable_lts_log: false, log_group_id: '', log_stream_id: '' });
  });

  it('write to a log group of the tenant as an agency that may, and to the platform\'s without one', async () => {
    const { domain_id } = tenant.principal;
    registry.iam.agencies.set(`${domain_id}/writer`, 'usable').set(`${domain_id}/reader`, 'usable');
    registry.iam.denied.add('reader lts:logs:create');
    const log_config = { group_id: 'g', group_name: '', stream_id: 's', stream_name: '' };
    const refused = (message: string) => ({ kind: 'invalid', code: 'FSS.1021', message: expect.stringContaining(message) });
    await expect(registry.create(tenant, { log_config })).rejects.toMatchObject(refused('as its agency: name one in xrole that may do lts:logs:create'));
    await expect(registry.create(tenant, { log_config, xrole: 'reader' })).rejects.toMatchObject(refused('The agency reader may not do lts:logs:create on'));
    await registry.create(tenant, { enable_lts_log: true });
    const change = (fields: Partial<UpdateFunctionConfigRequest>) => registry.functions.updateFunctionConfig(update(fields), tenant.metadata());
    await expect(change({ log_config })).rejects.toMatchObject(refused('as its agency'));
    await expect(change({ log_config, xrole: 'reader' })).rejects.toMatchObject(refused('reader'));
    expect(await change({ log_config, xrole: 'writer' })).toMatchObject({ enable_lts_log: true, log_group_id: 'g', log_stream_id: 's' });
    expect(registry.iam.decisions.at(-1)?.actions).toEqual([{ action: 'lts:logs:create', resource: 'group:g' }]);
    // The agency goes, and another comes, while the logs are to stay.
    await expect(change({ xrole: 'reader' })).rejects.toMatchObject(refused('reader'));
    expect(await change({ xrole: 'writer' })).toMatchObject({ log_group_id: 'g' });
    expect(await change({})).toMatchObject({ enable_lts_log: false });
  });

  it('never show, log or store a secret value in the clear', async () => {
    const secret = 'correct horse battery staple';
    const created = await registry.create(tenant, { encrypted_user_data: JSON.stringify({ PASSWORD: secret, PIN: '1234' }) });
    expect(created.encrypted_user_data).toBe('{"PASSWORD":"","PIN":""}');
    const spec = await registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'latest' });
    expect(spec.environment).toEqual({ PASSWORD: secret, PIN: '1234' });

    // What a client sends that read the blanked values, plus one change.
    const written = await registry.functions.updateFunctionConfig(update({ encrypted_user_data: '{"PASSWORD":"","PIN":"5678"}' }), tenant.metadata());
    expect(written.encrypted_user_data).toBe('{"PASSWORD":"","PIN":""}');
    await expect(registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'latest' })).resolves.toMatchObject({ environment: { PASSWORD: secret, PIN: '5678' } });
    await registry.functions.updateFunctionConfig(update({ encrypted_user_data: '' }), tenant.metadata());
    await expect(registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'latest' })).resolves.toMatchObject({ environment: {} });

    const { DataSource } = await import('typeorm');
    const database = await new DataSource({ type: 'postgres', url: registry.config.databaseUrl }).initialize();
    const rows = await database.query('SELECT payload::text AS text FROM registry.events UNION ALL SELECT record::text FROM registry.functions');
    await database.destroy();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(registry.logLines.join('')).not.toContain(secret);
  });

  it('with 0 instances are disabled', async () => {
    await registry.create(tenant);
    await registry.functions.updateFunctionMaxInstanceConfig({ ...of('hello'), max_instance_num: 0 }, tenant.metadata());
    await expect(registry.invocations.resolveInvocation(of('hello'), tenant.metadata())).rejects.toMatchObject({ kind: 'precondition_failed', message: expect.stringContaining('disabled') });
  });

  it('cannot be invoked asynchronously, disabled or not', async () => {
    await expect(registry.invocations.asyncInvokeFunction({ ...of('hello'), event: {} }, tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1051' });
    await registry.create(tenant);
    await registry.functions.updateFunctionMaxInstanceConfig({ ...of('hello'), max_instance_num: 0 }, tenant.metadata());
    await expect(registry.invocations.asyncInvokeFunction({ ...of('hello'), event: {} }, tenant.metadata())).rejects.toMatchObject({
      kind: 'invalid',
      code: 'FSS.0400',
      message: expect.stringContaining('HTTP functions cannot be invoked asynchronously'),
    });
  });

  it('are listed in pages, by part of the name and by package', async () => {
    for (const [name, packageName] of [['one', 'a'], ['two', 'a'], ['twenty', 'b']] as const) await registry.create(tenant, { func_name: name, package: packageName });
    const list = (change: object): Promise<{ functions: { func_name: string }[]; next_marker: number; count: number }> =>
      registry.functions.listFunctions({ project_id: tenant.project, marker: '', maxitems: '', package_name: '', func_name: '', enterprise_project_id: '', ...change }, tenant.metadata());
    const names = async (change: object): Promise<string[]> => (await list(change)).functions.map(({ func_name }) => func_name);
    expect(await names({})).toEqual(['one', 'two', 'twenty']);
    expect(await names({ func_name: 'TW' })).toEqual(['two', 'twenty']);
    expect(await names({ func_name: '%' })).toEqual([]);
    expect(await names({ package_name: 'a' })).toEqual(['one', 'two']);
    expect(await list({ maxitems: '2' })).toMatchObject({ next_marker: 2, count: 3 });
    expect(await names({ marker: '2', maxitems: '2' })).toEqual(['twenty']);
    expect(await list({ marker: '2' })).toMatchObject({ next_marker: 3 });
    expect(await list({ marker: '9' })).toMatchObject({ functions: [], next_marker: 3 });
    for (const bad of [{ marker: '-1' }, { maxitems: '-1' }, { maxitems: 'x' }, { func_name: '\0' }, { package_name: '\0' }]) await expect(list(bad)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1001' });
  });

  it('are refused as a whole when anything about them is', async () => {
    const bad = async (change: object, code: string): Promise<void> => {
      await expect(registry.functions.createFunction(createRequest(tenant, change), tenant.metadata())).rejects.toMatchObject({ code });
    };
    await bad({ func_name: '1hello' }, 'FSS.1002');
    await bad({ package: 'a/b' }, 'FSS.1004');
    await bad({ runtime: 'Node.js18.15' }, 'FSS.1005');
    await bad({ memory_size: 100 }, 'FSS.1007');
    await bad({ timeout: 2 }, 'FSS.1008');
    await bad({ func_vpc: { vpc_id: 'x' } }, 'FSS.0400');
    await bad({ func_code: { file: Buffer.from('no zip').toString('base64'), link: '' } }, 'FSS.1011');
    const { count } = await registry.functions.listFunctions({ project_id: tenant.project, marker: '', maxitems: '', package_name: '', func_name: '', enterprise_project_id: '' }, tenant.metadata());
    expect(count).toBe(0);
  });

  it('survive a restart', async () => {
    const created = await registry.create(tenant);
    await registry.restart();
    await expect(registry.functions.showFunctionConfig(of('hello'), tenant.metadata())).resolves.toEqual(created);
  });
});
