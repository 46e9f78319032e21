import { createHash, randomBytes } from 'node:crypto';
import { CreateVersionAliasRequest } from '@windlass/contracts/registry/v1/alias_service';
import { FunctionEvent, RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { UpdateFunctionCodeRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import type { PackageChunk } from '@windlass/contracts/registry/v1/catalog_service';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import type { DataSource } from 'typeorm';
import { openPackageStore } from '../code-package/open-package-store.js';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageUses } from '../code-package/package-uses.js';
import { openDatabase } from '../database/database.js';
import { rebuildRegistry } from '../index.js';
import { eventually, RegistryFixture, type Tenant, zipBase64 } from '../testing/registry-fixture.js';
import { openEvents } from '../stored-events.js';

describe('the catalog', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  async function withDatabase<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
    const dataSource = await openDatabase(registry.config.databaseUrl);
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  const trigger = (path: string): Promise<{ event_data: { [key: string]: unknown } | undefined; trigger_id: string }> =>
    registry.triggers.createFunctionTrigger(
      { project_id: tenant.project, function_urn: 'hello', trigger_type_code: 'APIG', trigger_status: '', event_type_code: '', event_data: { path, auth: 'NONE', func_info: { timeout: 5000 } } },
      tenant.metadata(),
    );

  async function download(digest: string): Promise<Buffer[]> {
    const chunks: Buffer[] = [];
    const stream = registry.catalog.client.downloadPackage({ code_digest: digest });
    for await (const chunk of stream) chunks.push(Buffer.from((chunk as PackageChunk).data));
    return chunks;
  }

  it('tells a worker which agency a function acts through, and whether requests bring its credentials', async () => {
    for (const name of ['config', 'exec']) registry.iam.agencies.set(`${tenant.principal.domain_id}/${name}`, 'usable');
    const { func_id } = await registry.create(tenant, { xrole: 'config' });
    const told = (): Promise<object> => registry.catalog.showFunctionSpec({ func_id, version: 'latest' });
    await expect(told()).resolves.toMatchObject({ agency_name: 'config', credentials_in_headers: false });
    const config = { project_id: tenant.project, function_urn: 'hello', runtime: 'http', timeout: 30, handler: '-', memory_size: 256 };
    await registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...config, xrole: 'config', app_xrole: 'exec', enable_auth_in_header: true }), tenant.metadata());
    await expect(told()).resolves.toMatchObject({ agency_name: 'exec', credentials_in_headers: true });
    await registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial(config), tenant.metadata());
    await expect(told()).resolves.toMatchObject({ agency_name: '', credentials_in_headers: false });
  });

  it('tells all a worker must know of a function', async () => {
    const created = await registry.create(tenant, { user_data: '{"A":"1"}', encrypted_user_data: '{"B":"2"}', lts_custom_tag: { team: 'blue' }, initializer_timeout: 20, network_controller: { disable_public_network: true }, is_return_stream: true });
    await expect(registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'latest' })).resolves.toEqual({
      func_id: created.func_id,
      func_urn: created.func_urn,
      func_name: 'hello',
      package: 'default',
      version: 'latest',
      revision: 1,
      domain_id: tenant.principal.domain_id,
      project_id: tenant.project,
      region: 'local-1',
      runtime: 'http',
      handler: '-',
      memory_mb: 256,
      cpu_millicores: 400,
      timeout_seconds: 30,
      start_timeout_seconds: 20,
      ephemeral_storage_mb: 512,
      instance_concurrency: 1,
      public_access: false,
      strong_isolation: false,
      streams_response: true,
      code_key_id: '',
      stored_code_digest: '',
      environment_key_id: '',
      max_instances: 400,
      reserved_instances: 0,
      environment: { A: '1', B: '2' },
      code_digest: created.digest,
      code_size_bytes: created.code_size,
      log_group_id: created.log_group_id,
      log_stream_id: created.log_stream_id,
      log_tags: { team: 'blue' },
      user_data: '{"A":"1"}',
      agency_name: '',
      credentials_in_headers: false,
      layers: [],
      initializer_path: '',
      pre_stop_path: '',
      pre_stop_timeout_seconds: 0,
    });
    await expect(registry.catalog.showFunctionSpec({ func_id: created.func_id, version: 'v1' })).rejects.toMatchObject({ code: 'FSS.1052' });
    for (const nobody of ['nobody', '\0', '00000000-0000-0000-0000-000000000000']) {
      await expect(registry.catalog.showFunctionSpec({ func_id: nobody, version: '' })).rejects.toMatchObject({ code: 'FSS.1051' });
    }
  });

  it('hands a package out in bounded chunks, whole, and not one that does not exist', async () => {
    const file = Buffer.from(`#!/bin/sh\n#${'x'.repeat(700_000)}`).toString('base64');
    const created = await registry.create(tenant, { code_type: 'inline', func_code: { file, link: '' } });
    const chunks = await download(created.digest);
    expect(createHash('sha512').update(Buffer.concat(chunks)).digest('hex')).toBe(created.digest);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    await expect(download('0'.repeat(128))).rejects.toMatchObject({ details: expect.stringContaining('no code package') });
    await expect(download('../../etc/passwd')).rejects.toThrow();
  });

  it('lists the routes of a group, and none of a group that is not there', async () => {
    const created = await registry.create(tenant);
    const made = await trigger('/orders');
    const group_id = String(made.event_data?.['group_id']);
    await expect(registry.catalog.listGroupRoutes({ group_id })).resolves.toEqual({
      routes: [
        {
          route_id: made.trigger_id.replaceAll('-', ''),
          group_id,
          domain_id: tenant.principal.domain_id,
          project_id: tenant.project,
          path: '/orders',
          match_mode: 'SWA',
          method: 'ANY',
          auth: 'NONE',
          timeout_ms: 5000,
          func_id: created.func_id,
          func_urn: created.func_urn,
          func_version: 'latest',
          revision: 1,
          disabled: false,
        },
      ],
    });
    for (const nobody of ['f'.repeat(32), '', '\0', 'favicon.ico']) {
      await expect(registry.catalog.listGroupRoutes({ group_id: nobody })).resolves.toEqual({ routes: [] });
    }
  });

  it('publishes every change in order, without what tenants put into environments', async () => {
    const created = await registry.create(tenant, { user_data: '{"A":"of-the-tenant"}' });
    const made = await trigger('/x');
    await registry.functions.updateFunctionMaxInstanceConfig({ project_id: tenant.project, function_urn: 'hello', max_instance_num: 7 }, tenant.metadata());
    await registry.functions.deleteFunction({ project_id: tenant.project, function_urn: 'hello' }, tenant.metadata());

    const bus = await PostgresEventBus.open({ connectionString: registry.config.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
    const messages: BusMessage[] = [];
    const consumption = await bus.consume({ group: 'test', topics: ['registry.functions', 'registry.routes'], onMessages: async (batch) => void messages.push(...batch) });
    const group = String(made.event_data?.['group_id']);
    const functions = (): FunctionEvent[] => messages.filter(({ topic, key }) => topic === 'registry.functions' && key === created.func_id).map(({ payload }) => FunctionEvent.decode(payload));
    const routes = (): RouteEvent[] => messages.filter(({ topic, key }) => topic === 'registry.routes' && key === group).map(({ payload }) => RouteEvent.decode(payload));
    await eventually(() => expect([functions().length, routes().length]).toEqual([3, 2]));
    await consumption.stop();
    await bus.close();

    expect(functions().map(({ change }) => change)).toMatchObject([
      { $case: 'put', value: { func_id: created.func_id, revision: 1, max_instances: 400, environment: {}, user_data: '' } },
      { $case: 'put', value: { revision: 2, max_instances: 7 } },
      { $case: 'removed', value: { func_id: created.func_id, version: '', revision: 3 } },
    ]);
    expect(routes().map(({ change }) => change)).toMatchObject([
      { $case: 'put', value: { path: '/x', revision: 1 } },
      { $case: 'removed', value: { revision: 2 } },
    ]);
    expect(messages.every(({ payload }) => !Buffer.from(payload).includes('of-the-tenant'))).toBe(true);
  });

  it('keeps a package for its time after its last use and removes it then, but never one in use', async () => {
    const used = await registry.create(tenant);
    const unused = await registry.create(tenant, { func_name: 'gone', func_code: { file: zipBase64('unused'), link: '' } });
    await registry.functions.deleteFunction({ project_id: tenant.project, function_urn: 'gone' }, tenant.metadata());
    const store = openPackageStore(registry.config.packages);
    await withDatabase(async ({ manager }) => {
      await new PackageUses('registry', 3600).removeUnused(manager, store);
      expect(await store.stat(unused.digest)).toBeDefined();
      await new PackageUses('registry', 0).removeUnused(manager, store);
      await new PackageHistory('registry', { days: 1, megabytes: 1 }).forget(manager);
      await new PackageUses('registry', 0).removeUnused(manager, store);
      expect(await store.stat(unused.digest)).toBeDefined();
      await new PackageHistory('registry', { days: 0, megabytes: 1 }).forget(manager);
      await new PackageUses('registry', 3600).removeUnused(manager, store);
      expect(await store.stat(unused.digest)).toBeDefined();
      await new PackageUses('registry', 0).removeUnused(manager, store);
    });
    expect(await store.stat(unused.digest)).toBeUndefined();
    expect(await store.stat(used.digest)).toBeDefined();
    // The same package again is stored again.
    await registry.create(tenant, { func_name: 'back', func_code: { file: zipBase64('unused'), link: '' } });
    expect(await store.stat(unused.digest)).toBeDefined();
  });

  it('keeps of an account’s old packages the newest that fit, and none of another account goes for them', async () => {
    const large = (name: string) => zipBase64(`${name}${randomBytes(300 * 1024).toString('hex')}`);
    const other = registry.tenant();
    await registry.create(other, { func_code: { file: large('other'), link: '' } });
    await registry.functions.deleteFunction({ project_id: other.project, function_urn: 'hello' }, other.metadata());
    const { digest } = await registry.create(tenant, { func_code: { file: large('1'), link: '' } });
    const digests = [digest];
    for (const name of ['2', '3']) {
      const request = UpdateFunctionCodeRequest.fromPartial({ project_id: tenant.project, function_urn: 'hello', code_type: 'zip', func_code: { file: large(name) } });
      digests.push((await registry.functions.updateFunctionCode(request, tenant.metadata())).digest);
    }
    await withDatabase(async ({ manager }) => {
      const kept = async (domain: string) => (await manager.query<{ digest: string }[]>('SELECT digest FROM registry.superseded_packages WHERE domain_id = $1 ORDER BY superseded_at', [domain])).map((row) => row.digest);
      expect(await kept(tenant.principal.domain_id)).toEqual(digests.slice(0, 2));
      await new PackageHistory('registry', { days: 1, megabytes: 1 }).forget(manager);
      expect(await kept(tenant.principal.domain_id)).toEqual(digests.slice(1, 2));
      expect(await kept(other.principal.domain_id)).toHaveLength(1);
    });
  });

  it('collects what an upload stored whose event never came to be, and has no event without its package', async () => {
    await registry.create(tenant);
    // Incompressible, so that it is over the quota that is looked at last, when the package lies in the store.
    const orphan = zipBase64(randomBytes(1024 * 1024).toString('hex'));
    await registry.restart({ codeSizeQuotaMb: 1 });
    const digest = createHash('sha512').update(Buffer.from(orphan, 'base64')).digest('hex');
    await expect(registry.create(tenant, { func_name: 'large', func_code: { file: orphan, link: '' } })).rejects.toThrow(/code/);
    await registry.restart();
    const store = openPackageStore(registry.config.packages);
    expect(await store.stat(digest)).toBeDefined();
    await withDatabase(async ({ manager }) => {
      await new PackageUses('registry', 0).removeUnused(manager, store);
      const named = await manager.query<{ digest: string }[]>("SELECT DISTINCT payload #>> '{code,digest}' AS digest FROM registry.events WHERE payload #>> '{code,digest}' IS NOT NULL");
      expect(named.map((row) => row.digest)).not.toContain(digest);
      for (const row of named) expect(await store.stat(row.digest)).toBeDefined();
    });
    expect(await store.stat(digest)).toBeUndefined();
  });

  it('is the same after it was rebuilt from the events, and their chain is whole', async () => {
    const of = { project_id: tenant.project, function_urn: 'hello' };
    const version = (name: string) => registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of, version: name, description: name }), tenant.metadata());
    const change = (file: string) => registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ ...of, code_type: 'zip', func_code: { file: zipBase64(file) } }), tenant.metadata());
    const testEvent = (name: string) => registry.testEvents.createEvent({ ...of, name, content: 'e30=' }, tenant.metadata());
    await registry.create(tenant);
    await version('v1');
    await change('two');
    await version('v2');
    await change('three');
    await version('v3');
    await registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of, name: 'live', version: 'v2', additional_version_weights: { v1: 10 } }), tenant.metadata());
    await registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of, name: 'gone', version: 'v1' }), tenant.metadata());
    await registry.aliases.deleteVersionAlias({ ...of, alias_name: 'gone' }, tenant.metadata());
    await registry.functions.deleteFunction({ ...of, function_urn: `urn:fss:local-1:${tenant.project}:function:default:hello:v3` }, tenant.metadata());
    await trigger('/a');
    await registry.tags.createTags({ project_id: tenant.project, resource_id: 'hello', action: 'create', tags: [{ key: 'b', value: '1' }, { key: 'a', value: '' }], sys_tags: [] }, tenant.metadata());
    const { id } = await testEvent('kept');
    await registry.testEvents.updateEvent({ ...of, event_id: id, name: 'renamed', content: 'W10=' }, tenant.metadata());
    await registry.testEvents.deleteEvent({ ...of, event_id: (await testEvent('gone')).id }, tenant.metadata());
    const tables = ['functions', 'function_versions', 'function_aliases', 'function_tags', 'test_events', 'triggers', 'api_groups', 'quota_usage'];
    const snapshot = (): Promise<object[][]> =>
      withDatabase(async ({ manager }) => [
        ...(await Promise.all(tables.map((table) => manager.query<object[]>(`SELECT t::text AS row FROM registry.${table} t ORDER BY 1`)))),
        // What a sweep has let go of comes back until the next one: no sweep looked at this tenant.
        await manager.query<object[]>('SELECT t::text AS row FROM registry.superseded_packages t WHERE domain_id = $1 ORDER BY 1', [tenant.principal.domain_id]),
      ]);
    const before = await snapshot();
    for (const rows of before) expect(rows).not.toEqual([]);
    expect(await rebuildRegistry(registry.config)).toBeGreaterThan(0);
    expect(await snapshot()).toEqual(before);
    await withDatabase(async (dataSource) => {
      const store = openEvents(dataSource);
      await expect(store.verifyStream(`function:${tenant.project}:default:hello`)).resolves.toEqual({ ok: true });
    });
  });
});
