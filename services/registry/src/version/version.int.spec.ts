import { UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { VersionAlias } from '@windlass/contracts/registry/v1/alias_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { CreateVersionAliasRequest, UpdateVersionAliasRequest } from '@windlass/contracts/registry/v1/alias_service';
import type { Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageUses } from '../code-package/package-uses.js';
import { openPackageStore } from '../code-package/open-package-store.js';
import { openDatabase } from '../database/database.js';
import { rebuildRegistry } from '../index.js';
import { RegistryFixture, type Tenant, zipBase64 } from '../testing/registry-fixture.js';

describe('versions and aliases, through gRPC', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const of = (function_urn = 'hello') => ({ project_id: tenant.project, function_urn });
  const urn = (qualifier: string) => `urn:fss:local-1:${tenant.project}:function:default:hello:${qualifier}`;
  const publish = (version = '', change: Partial<CreateFunctionVersionRequest> = {}): Promise<FunctionMessage> =>
    registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of(), version, ...change }), tenant.metadata());
  const configure = (change: Partial<UpdateFunctionConfigRequest>, named = 'hello'): Promise<FunctionMessage> =>
    registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...of(named), runtime: 'http', timeout: 30, handler: '-', memory_size: 256, ...change }), tenant.metadata());
  const upload = (content: string, named = 'hello') =>
    registry.functions.updateFunctionCode({ ...of(named), code_type: 'zip', code_url: '', code_filename: '', func_code: { file: zipBase64(content), link: '' }, depend_version_list: [], code_encrypt_kms_key_id: '' }, tenant.metadata());
  const list = async (): Promise<FunctionMessage[]> => (await registry.versions.listFunctionVersions({ ...of(), marker: '', maxitems: '' }, tenant.metadata())).versions;
  const alias = (name: string, version: string, change: Partial<CreateVersionAliasRequest> = {}): Promise<VersionAlias> =>
    registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of(), name, version, ...change }), tenant.metadata());
  const point = (name: string, change: Partial<UpdateVersionAliasRequest>): Promise<VersionAlias> =>
    registry.aliases.updateVersionAlias(UpdateVersionAliasRequest.fromPartial({ ...of(), alias_name: name, ...change }), tenant.metadata());
  const aliases = async (): Promise<VersionAlias[]> => (await registry.aliases.listVersionAliases(of(), tenant.metadata())).aliases;
  const trigger = (qualifier: string, path: string): Promise<Trigger> =>
    registry.triggers.createFunctionTrigger({ ...of(urn(qualifier)), trigger_type_code: 'APIG', trigger_status: '', event_type_code: '', event_data: { path } }, tenant.metadata());
  const paths = async (named: string): Promise<unknown[]> => (await registry.triggers.listFunctionTriggers(of(named), tenant.metadata())).triggers.map(({ event_data }) => event_data?.['path']);
  const remove = (named: string) => registry.functions.deleteFunction(of(named), tenant.metadata());
  const used = async (): Promise<Record<string, number | undefined>> => {
    const { quotas } = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
    return Object.fromEntries(quotas?.resources.map(({ type, used: count }) => [type, count]) ?? []);
  };

  it('a version keeps code, configuration and secrets for ever, whatever becomes of the function', async () => {
    const created = await registry.create(tenant, { description: 'one', user_data: '{"A":"1"}', encrypted_user_data: '{"B":"2"}' });
    const published = await publish('v1', { description: 'the first', digest: created.digest.toUpperCase() });
    expect(published).toEqual({ ...created, version: 'v1', version_description: 'the first', func_urn: urn('v1'), last_modified: published.last_modified });
    const spec = { ...(await registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'v1' })) };
    expect(spec).toMatchObject({ version: 'v1', func_urn: urn('v1'), code_digest: created.digest, environment: { A: '1', B: '2' } });

    await configure({ description: 'two', memory_size: 512, user_data: '{"A":"changed"}', encrypted_user_data: '' });
    await upload('changed');
    await expect(registry.functions.showFunctionConfig(of(urn('v1')), tenant.metadata())).resolves.toEqual(published);
    await expect(registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'v1' })).resolves.toEqual(spec);
    await expect(registry.functions.showFunctionCode(of(urn('v1')), tenant.metadata())).resolves.toMatchObject({ func_urn: urn('v1'), digest: created.digest });
    expect((await list()).map(({ version, version_description, memory_size }) => [version, version_description, memory_size])).toEqual([['latest', '', 512], ['v1', 'the first', 256]]);
  });

  it('a published version cannot be changed, and neither can what an alias points to', async () => {
    await registry.create(tenant);
    await publish('v1');
    await alias('live', 'v1');
    for (const qualifier of ['v1', '!live']) {
      await expect(configure({}, urn(qualifier))).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1015' });
      await expect(upload('x', urn(qualifier))).rejects.toMatchObject({ code: 'FSS.1015' });
    }
    await expect(configure({}, urn('v9'))).rejects.toMatchObject({ code: 'FSS.1052' });
  });

  it('a version is named by its time when nobody names it, and nothing is published twice', async () => {
    await registry.create(tenant);
    const { version } = await publish();
    expect(version).toMatch(/^v\d{8}-\d{6}$/);
    await expect(publish('v2')).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1016' });
    await configure({ memory_size: 512 });
    await publish('v2');
    await configure({ memory_size: 768 });
    await expect(publish('v2')).rejects.toMatchObject({ kind: 'conflict', code: 'FSS.1062' });
    await expect(publish('v3', { digest: 'ab'.repeat(64) })).rejects.toMatchObject({ kind: 'precondition_failed', code: 'FSS.0428' });
    await expect(publish('a b')).rejects.toMatchObject({ code: 'FSS.1015' });
    await expect(registry.versions.listFunctionVersions({ ...of(), marker: '1', maxitems: '1' }, tenant.metadata())).resolves.toMatchObject({ versions: [{ version: 'v2' }], next_marker: 2, count: 3 });
  });

  it('versions count with all of their code, and give it back', async () => {
    const { code_size } = await registry.create(tenant, { func_code: { file: zipBase64('y'.repeat(1_200_000)), link: '' } });
    expect(code_size).toBeGreaterThan(1_100_000);
    await publish('v1');
    expect(await used()).toMatchObject({ fgs_func_num: 1, fgs_func_code_size: Math.ceil((2 * code_size) / 1_048_576) });
    await remove(urn('v1'));
    expect(await used()).toMatchObject({ fgs_func_code_size: Math.ceil(code_size / 1_048_576) });
    await publish('v1');
    await remove('hello');
    expect(await used()).toMatchObject({ fgs_func_num: 0, fgs_func_code_size: 0 });
  });

  it('the package of a version is kept while only the version uses it', async () => {
    const { digest } = await registry.create(tenant, { func_code: { file: zipBase64(tenant.project), link: '' } });
    await publish('v1');
    await upload('other');
    const store = openPackageStore(registry.config.packages);
    const sweep = async (): Promise<void> => {
      const dataSource = await openDatabase(registry.config.databaseUrl);
      await new PackageHistory('registry', { days: 0, megabytes: 1 }).forget(dataSource.manager);
      await new PackageUses('registry', 0).removeUnused(dataSource.manager, store);
      await dataSource.destroy();
    };
    await sweep();
    expect(await store.stat(digest)).toBeDefined();
    await remove(urn('v1'));
    await sweep();
    expect(await store.stat(digest)).toBeUndefined();
  });

  it('an alias points to a version and moves to another; workers are told its name and where it points', async () => {
    const { func_id } = await registry.create(tenant);
    await publish('v1');
    await configure({ memory_size: 512 });
    await publish('v2');
    const made = await alias('live', 'v1', { description: 'what users see', additional_version_weights: { v2: 10 } });
    expect(made).toEqual({ name: 'live', version: 'v1', description: 'what users see', last_modified: made.last_modified, alias_urn: urn('!live'), additional_version_weights: { v2: 10 }, additional_version_strategy: {} });
    await expect(registry.catalog.showFunctionAlias({ func_id, alias: 'live' })).resolves.toMatchObject({ version: 'v1', additional_version: 'v2', weight: 10, rules: [] });
    await expect(registry.functions.showFunctionConfig(of(urn('!live')), tenant.metadata())).resolves.toMatchObject({ version: 'v1', memory_size: 256 });
    const resolve = () => registry.invocations.resolveInvocation(of(urn('!live')), tenant.metadata());
    const before = await resolve();
    expect(before).toMatchObject({ func_id, version: '!live' });

    const rules = [{ rule_type: 'Header', param: 'X-Stage', op: 'in', value: 'a,b' }];
    const moved = await point('live', { version: 'v2', additional_version_strategy: { v1: { rules, combine_type: 'or' } } });
    expect(moved).toMatchObject({ version: 'v2', description: '', additional_version_weights: {}, additional_version_strategy: { v1: { rules, combine_type: 'or' } } });
    await expect(registry.catalog.showFunctionAlias({ func_id, alias: 'live' })).resolves.toMatchObject({
      version: 'v2', additional_version: 'v1', weight: 0, any_rule: true, rules: [{ source: 1, name: 'X-Stage', values: ['a', 'b'] }],
    });
    expect((await resolve()).revision).toBeGreaterThan(before.revision);
    expect(await aliases()).toEqual([moved]);
    await expect(registry.aliases.showVersionAlias({ ...of(), alias_name: 'live' }, tenant.metadata())).resolves.toEqual(moved);
    await registry.aliases.deleteVersionAlias({ ...of(), alias_name: 'live' }, tenant.metadata());
    for (const missing of ['live', '\0', '']) {
      await expect(registry.aliases.showVersionAlias({ ...of(), alias_name: missing }, tenant.metadata())).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1053' });
      await expect(registry.aliases.deleteVersionAlias({ ...of(), alias_name: missing }, tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1053' });
    }
    await expect(resolve()).rejects.toMatchObject({ code: 'FSS.1053' });
  });

  it('triggers call a version or an alias, and are listed and deleted by what they call', async () => {
    const { func_id } = await registry.create(tenant);
    await publish('v1');
    await alias('live', 'v1');
    await expect(trigger('v9', '/x')).rejects.toMatchObject({ code: 'FSS.1052' });
    await expect(trigger('!none', '/x')).rejects.toMatchObject({ code: 'FSS.1053' });
    await trigger('latest', '/latest');
    await trigger('v1', '/v1');
    const made = await trigger('!live', '/live');
    const { routes } = await registry.catalog.listGroupRoutes({ group_id: String(made.event_data?.['group_id']) });
    expect(routes.map(({ path, func_version, func_id: id }) => [path, func_version, id])).toEqual([['/latest', 'latest', func_id], ['/v1', 'v1', func_id], ['/live', '!live', func_id]]);
    expect(await paths('hello')).toEqual(['/latest', '/v1', '/live']);
    expect(await paths(urn('!live'))).toEqual(['/live']);
    const named = { trigger_type_code: 'APIG', trigger_id: made.trigger_id };
    await expect(registry.triggers.showFunctionTrigger({ ...of(urn('v1')), ...named }, tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    await expect(registry.triggers.showFunctionTrigger({ ...of(urn('!live')), ...named }, tenant.metadata())).resolves.toEqual(made);

    await expect(registry.aliases.deleteVersionAlias({ ...of(), alias_name: 'live' }, tenant.metadata())).rejects.toMatchObject({ kind: 'forbidden', code: 'FSS.1154' });
    await expect(remove(urn('v1'))).rejects.toMatchObject({ code: 'FSS.1154' });
    await registry.triggers.batchDeleteFunctionTriggers(of(urn('!live')), tenant.metadata());
    expect(await paths('hello')).toEqual(['/latest', '/v1']);
    await remove(urn('!live'));
    expect(await paths('hello')).toEqual(['/latest']);
    expect(await aliases()).toEqual([]);
    expect(await list()).toHaveLength(1);
  });

  it('end with their function, which is whole again when the read models are rebuilt', async () => {
    const { func_id } = await registry.create(tenant);
    await publish('v1');
    await alias('live', 'v1');
    const tables = ['functions', 'function_versions', 'function_aliases', 'triggers', 'quota_usage'];
    const snapshot = async (): Promise<unknown[]> => {
      const dataSource = await openDatabase(registry.config.databaseUrl);
      const rows = await Promise.all(tables.map((table) => dataSource.query(`SELECT t::text AS row FROM registry.${table} t ORDER BY 1`)));
      await dataSource.destroy();
      return rows;
    };
    const before = await snapshot();
    await rebuildRegistry(registry.config);
    expect(await snapshot()).toEqual(before);
    await trigger('!live', '/live');
    await remove('hello');
    await expect(registry.catalog.showFunctionSpec({ func_id, version: 'v1' })).rejects.toMatchObject({ code: 'FSS.1051' });
    await expect(registry.catalog.showFunctionAlias({ func_id, alias: 'live' })).rejects.toMatchObject({ code: 'FSS.1051' });
    await registry.create(tenant);
    expect([await list(), await aliases(), await paths('hello')]).toMatchObject([[{ version: 'latest' }], [], []]);
  });

  it('latest cannot be deleted by an alias', async () => {
    await registry.create(tenant);
    await alias('head', 'latest');
    await expect(remove(urn('!head'))).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1015' });
  });
});
