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
    await expect(create({ group_id }, 'APIG', stranger)).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1107' });
  });

  it('belong to HTTP functions by a gateway only', async () => {
    await expect(create({}, 'TIMER')).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1101', message: expect.stringContaining('only APIG and APIC') });
    await expect(create({ func_info: { function_urn: 'nobody' } })).rejects.toMatchObject({ code: 'FSS.1051' });
    await registry.create(tenant, { func_name: 'other' });
    await expect(create({ func_info: { function_urn: 'other' } })).rejects.toMatchObject({ code: 'FSS.1107' });
    await expect(create({ path: 'x' })).rejects.toMatchObject({ code: 'FSS.1107' });
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
