import type { Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { DataSource } from 'typeorm';
import { eventually, RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

describe('triggers, through gRPC', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    tenant = registry.tenant();
    await registry.create(tenant);
  });

  const create = (event_data: object = {}, trigger_type_code = 'APIG', as = tenant, urn = 'hello'): Promise<Trigger> =>
    registry.triggers.createFunctionTrigger({ project_id: as.project, function_urn: urn, trigger_type_code, trigger_status: 'ACTIVE', event_type_code: 'APICreated', event_data: { ...event_data } }, as.metadata());
  const at = (trigger: { trigger_type_code: string; trigger_id: string }, as = tenant): { project_id: string; function_urn: string; trigger_type_code: string; trigger_id: string } => ({
    project_id: as.project,
    function_urn: 'hello',
    trigger_type_code: trigger.trigger_type_code,
    trigger_id: trigger.trigger_id,
  });
  const list = async (): Promise<Trigger[]> => (await registry.triggers.listFunctionTriggers({ project_id: tenant.project, function_urn: 'hello' }, tenant.metadata())).triggers;

  it('give the function a URL in a group of its own', async () => {
    const trigger = await create({ auth: 'NONE', path: '/demo' }, 'DEDICATEDGATEWAY');
    const group = String(trigger.event_data?.['group_id']);
    expect(group).toMatch(/^[0-9a-f]{32}$/);
    expect(trigger).toMatchObject({
      trigger_type_code: 'DEDICATEDGATEWAY',
      trigger_status: 'ACTIVE',
      event_data: {
        auth: 'NONE',
        path: '/demo',
        name: 'hello',
        api_name: 'hello',
        triggerid: trigger.trigger_id,
        api_id: trigger.trigger_id.replaceAll('-', ''),
        invoke_url: `http://127.0.0.1:7480/${group}/demo`,
        sl_domain: `${group}.apig.local-1.localhost`,
      },
    });
    expect(new Date(trigger.created_time).toISOString()).toBe(trigger.created_time);
    await expect(registry.triggers.showFunctionTrigger(at(trigger), tenant.metadata())).resolves.toEqual(trigger);
    await expect(list()).resolves.toEqual([trigger]);
  });

  it('made at once share the function\'s group, and another function may use the same paths in its own', async () => {
    const triggers = await Promise.all(['/a', '/b', '/c', '/d'].map((path) => create({ path })));
    expect(new Set(triggers.map(({ event_data }) => event_data?.['group_id'])).size).toBe(1);
    await registry.create(tenant, { func_name: 'other' });
    const other = await create({ path: '/a' }, 'APIG', tenant, 'other');
    expect(other.event_data?.['group_id']).not.toBe(triggers[0]?.event_data?.['group_id']);
  });

  it('of a path and method exist once in a group, however many create them at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => create({ path: '/x', req_method: 'GET' })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ kind: 'conflict', code: 'FSS.1147' });
    await create({ path: '/x', req_method: 'POST' });
    expect(await list()).toHaveLength(2);
  });

  it('use a group of their own choice, which is then not there for other projects', async () => {
    const group_id = 'c0ffee'.padEnd(32, '0');
    await create({ group_id, path: '/a' });
    await create({ group_id, path: '/b' });
    const stranger = registry.tenant();
    await registry.create(stranger);
    await expect(create({ group_id }, 'APIG', stranger)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1107' });
  });

  it('belong to HTTP functions by a gateway only', async () => {
    await expect(create({}, 'TIMER')).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1101', message: expect.stringContaining('only APIG and APIC') });
    await expect(create({ func_info: { function_urn: 'nobody' } })).rejects.toMatchObject({ code: 'FSS.1051' });
    await registry.create(tenant, { func_name: 'other' });
    await expect(create({ func_info: { function_urn: 'other' } })).rejects.toMatchObject({ code: 'FSS.1107' });
    for (const bad of [{ path: 'x' }, { sl_domain: 'other.example' }, { protocol: 'HTTPS' }, { func_info: { version: 'v1' } }]) await expect(create(bad)).rejects.toMatchObject({ code: 'FSS.1107' });
    expect(await list()).toEqual([]);
  });

  it('are not there for another tenant, nor by another type', async () => {
    const trigger = await create();
    const stranger = registry.tenant();
    await registry.create(stranger);
    await expect(registry.triggers.showFunctionTrigger(at(trigger, stranger), stranger.metadata())).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1138' });
    await expect(registry.triggers.deleteFunctionTrigger(at(trigger, stranger), stranger.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    await expect(registry.triggers.showFunctionTrigger(at({ ...trigger, trigger_type_code: 'APIC' }), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    await expect(registry.triggers.showFunctionTrigger(at({ ...trigger, trigger_type_code: 'TIMER' }), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1137' });
    for (const trigger_id of ['x', '\0']) {
      await expect(registry.triggers.showFunctionTrigger(at({ ...trigger, trigger_id }), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
      await expect(registry.triggers.deleteFunctionTrigger(at({ ...trigger, trigger_id }), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    }
  });

  it('are deleted one by one and all together, and their paths are free again', async () => {
    const one = await create({ path: '/1' });
    await create({ path: '/2' });
    await registry.triggers.deleteFunctionTrigger(at(one), tenant.metadata());
    await expect(registry.triggers.showFunctionTrigger(at(one), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    await expect(registry.triggers.deleteFunctionTrigger(at(one), tenant.metadata())).rejects.toMatchObject({ code: 'FSS.1138' });
    await create({ path: '/1' });
    await registry.triggers.batchDeleteFunctionTriggers({ project_id: tenant.project, function_urn: 'hello' }, tenant.metadata());
    expect(await list()).toEqual([]);
  });

  const update = (trigger: Trigger, trigger_status: string, event_data?: object): Promise<Trigger> =>
    registry.triggers.updateTrigger({ ...at(trigger), trigger_status, event_data: event_data as never }, tenant.metadata());
  const routes = async (trigger: Trigger) => (await registry.catalog.listGroupRoutes({ group_id: String(trigger.event_data?.['group_id']) })).routes;

  it('are disabled and enabled, which the gateway is told and the URL survives', async () => {
    const trigger = await create({ path: '/x', auth: 'NONE' });
    const disabled = await update(trigger, 'DISABLED');
    expect(disabled).toEqual({ ...trigger, trigger_status: 'DISABLED', last_updated_time: disabled.last_updated_time });
    expect(new Date(disabled.last_updated_time).getTime()).toBeGreaterThanOrEqual(new Date(trigger.created_time).getTime());
    expect(await routes(trigger)).toMatchObject([{ disabled: true, revision: 2 }]);
    await expect(list()).resolves.toEqual([disabled]);
    await expect(update(trigger, 'DISABLED')).resolves.toEqual(disabled);
    // What official clients send beside it: a list of settings that gateway triggers do not have, or all there is.
    await update(trigger, 'ACTIVE', [{ polling_interval: 30 }]);
    expect(await routes(trigger)).toMatchObject([{ disabled: false, auth: 'NONE', path: '/x' }]);
    await expect(update(trigger, 'ACTIVE', trigger.event_data)).resolves.toMatchObject({ event_data: trigger.event_data });
    await expect(update(trigger, 'PAUSED')).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.0400' });
    const born = await registry.triggers.createFunctionTrigger({ project_id: tenant.project, function_urn: 'hello', trigger_type_code: 'APIG', trigger_status: 'DISABLED', event_type_code: '', event_data: { path: '/y' } }, tenant.metadata());
    expect(born.trigger_status).toBe('DISABLED');
  });

  it('change what is sent of their event data, and nothing that is not', async () => {
    const trigger = await create({ path: '/x', auth: 'NONE', func_info: { timeout: 5000 } });
    await create({ path: '/taken' });
    const changed = await update(trigger, '', { auth: 'IAM', path: '/new', match_mode: '', func_info: { timeout: 7000 } });
    expect(changed.event_data).toMatchObject({ auth: 'IAM', path: '/new', match_mode: 'SWA', func_info: { timeout: 7000 }, invoke_url: expect.stringMatching(/\/new$/) });
    expect((await routes(trigger)).find(({ path }) => path === '/new')).toMatchObject({ auth: 'IAM', timeout_ms: 7000, method: 'ANY' });
    await expect(update(trigger, '', { path: '/taken' })).rejects.toMatchObject({ kind: 'conflict', code: 'FSS.1147' });
    for (const bad of [{ auth: 'APP' }, { group_id: 'ab'.repeat(16) }, { func_info: { version: 'v1' } }, { sl_domain: 'other.example' }, { protocol: 'HTTPS' }, 'text']) {
      await expect(update(trigger, 'DISABLED', bad as object)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1107' });
    }
    await expect(registry.triggers.showFunctionTrigger(at(trigger), tenant.metadata())).resolves.toEqual(changed);
    await registry.triggers.deleteFunctionTrigger(at(trigger), tenant.metadata());
    await expect(update(trigger, 'ACTIVE')).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1138' });
  });

  it('of all functions are listed in pages, as far as the caller reaches', async () => {
    await registry.create(tenant, { func_name: 'other' });
    await create({ path: '/1' });
    await create({ path: '/2' }, 'APIC', tenant, 'other');
    const page = (marker: string, maxitems: string, as = tenant) => registry.triggers.listTriggers({ project_id: as.project, marker, maxitems }, as.metadata());
    const all = await page('', '500');
    expect(all).toMatchObject({ count: 2, next_marker: 2 });
    expect(all.triggers.map(({ func_urn, trigger_type_code }) => [func_urn?.split(':').slice(-2).join(':'), trigger_type_code])).toEqual([['hello:latest', 'APIG'], ['other:latest', 'APIC']]);
    await expect(page('1', '1')).resolves.toMatchObject({ triggers: [all.triggers[1]], next_marker: 2 });
    await expect(page('2', '1')).resolves.toMatchObject({ triggers: [], next_marker: 2 });
    await expect(page('', '', registry.tenant(tenant.principal.domain_id, ['e1'], tenant.project))).resolves.toMatchObject({ triggers: [], count: 0 });
    await expect(page('', '', registry.tenant(tenant.principal.domain_id, ['0'], tenant.project))).resolves.toMatchObject({ count: 2 });
  });

  it('are not made for a function that is being deleted', async () => {
    const database = await new DataSource({ type: 'postgres', url: registry.config.databaseUrl }).initialize();
    const deleting = database.createQueryRunner();
    await deleting.startTransaction();
    await deleting.query('DELETE FROM registry.functions WHERE project_id = $1', [tenant.project]);
    const pending = create().then(() => 'made', (error: { code?: string }) => error.code);
    await eventually(async () => {
      const [waiting] = (await database.query('SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted')) as { count: number }[];
      expect(waiting?.count).toBe(1);
    });
    await deleting.commitTransaction();
    await deleting.release();
    await database.destroy();
    expect(await pending).toBe('FSS.1051');
  });

  it('go with their function, also those that are made while it goes', async () => {
    const first = await create({ path: '/0' });
    const group = String(first.event_data?.['group_id']);
    const racing = Promise.allSettled(Array.from({ length: 6 }, (_, i) => create({ path: `/r${i}` })));
    await registry.functions.deleteFunction({ project_id: tenant.project, function_urn: 'hello' }, tenant.metadata());
    for (const outcome of await racing) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'FSS.1051' });
    await expect(registry.catalog.listGroupRoutes({ group_id: group })).resolves.toEqual({ routes: [] });
    await expect(list()).rejects.toMatchObject({ code: 'FSS.1051' });
  });
});
