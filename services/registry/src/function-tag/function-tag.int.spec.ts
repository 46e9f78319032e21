import { FindTaggedFunctionsRequest } from '@windlass/contracts/registry/v1/function_tag_service';
import { openDatabase } from '../database/database.js';
import { rebuildRegistry } from '../index.js';
import { RegistryFixture, type Tenant } from '../testing/registry-fixture.js';

describe('tags and test events, through gRPC', () => {
  let registry: RegistryFixture;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const resource = (resource_id: string) => ({ project_id: tenant.project, resource_id });
  const put = (named: string, tags: Record<string, string>) =>
    registry.tags.createTags({ ...resource(named), action: 'create', tags: Object.entries(tags).map(([key, value]) => ({ key, value })), sys_tags: [] }, tenant.metadata());
  const tagsOf = async (named: string) => Object.fromEntries((await registry.tags.listFunctionTags(resource(named), tenant.metadata())).tags.map(({ key, value }) => [key, value]));
  const find = async (wish: Partial<FindTaggedFunctionsRequest>): Promise<string[]> => {
    const request = FindTaggedFunctionsRequest.fromPartial({ project_id: tenant.project, ...wish });
    const { resources, total_count } = await registry.tags.showResInstanceInfo(request, tenant.metadata());
    expect(await registry.tags.countResInstances(request, tenant.metadata())).toEqual({ total_count });
    return resources.map(({ resource_name }) => resource_name);
  };

  it('come with a new function', async () => {
    const { func_urn } = await registry.create(tenant, { tags: '{"env":"test"}' });
    expect(await tagsOf(func_urn)).toEqual({ env: 'test' });
  });

  it('are put on, replaced and taken off by any URN of the function itself', async () => {
    const { func_urn } = await registry.create(tenant);
    await put(func_urn, { env: 'test', team: 'a' });
    await put(func_urn.replace(/:latest$/, ''), { env: 'prod' });
    expect(await tagsOf('hello')).toEqual({ env: 'prod', team: 'a' });
    await registry.tags.deleteTags({ ...resource('hello'), action: '', tags: [{ key: 'env' }, { key: 'never-there' }, { key: 'team', value: 'other' }], sys_tags: [] }, tenant.metadata());
    const { tags, sys_tags } = await registry.tags.listFunctionTags(resource('hello'), tenant.metadata());
    expect({ tags, sys_tags }).toEqual({ tags: [{ key: 'team', value: 'a' }], sys_tags: [{ key: '_sys_enterprise_project_id', value: '0' }] });
  });

  it('find functions by keys, values, name and absence, page by page', async () => {
    for (const [name, tags] of Object.entries({ one: { env: 'prod', team: 'a' }, two: { env: 'test', team: 'a' }, three: { team: 'b' }, four: {} })) {
      await registry.create(tenant, { func_name: name });
      if (Object.keys(tags).length > 0) await put(name, tags as Record<string, string>);
    }
    expect(await find({})).toEqual(['one', 'two', 'three', 'four']);
    expect(await find({ limit: 2, offset: 1 })).toEqual(['two', 'three']);
    expect(await find({ tags: [{ key: 'env', values: [] }] })).toEqual(['one', 'two']);
    expect(await find({ tags: [{ key: 'env', values: ['prod', 'other'] }] })).toEqual(['one']);
    expect(await find({ tags: [{ key: 'team', values: ['a', 'b'] }, { key: 'env', values: ['test'] }] })).toEqual(['two']);
    expect(await find({ without_any_tag: true })).toEqual(['four']);
    expect(await find({ matches: [{ key: 'resource_name', value: 'O' }] })).toEqual(['one', 'two', 'four']);
    expect(await find({ sys_tags: [{ key: '_sys_enterprise_project_id', values: ['other'] }] })).toEqual([]);
    const { tags, sys_tags } = await registry.tags.showProjectTagsList({ project_id: tenant.project }, tenant.metadata());
    expect(tags).toEqual([{ key: 'env', values: ['prod', 'test'] }, { key: 'team', values: ['a', 'b'] }]);
    expect(sys_tags).toEqual([{ key: '_sys_enterprise_project_id', values: ['0'] }]);
    for (const wrong of [{ limit: 1001 }, { matches: [{ key: 'other', value: '' }] }, { tags: [{ key: '\0', values: [] }] }, { action: 'destroy' }]) {
      await expect(find(wrong)).rejects.toThrow();
    }
  });

  it('are seen by their tenant alone', async () => {
    await registry.create(tenant);
    await put('hello', { secret: 'plan' });
    const stranger = registry.tenant();
    expect((await registry.tags.showProjectTagsList({ project_id: stranger.project }, stranger.metadata())).tags).toEqual([]);
    await expect(registry.tags.listFunctionTags({ project_id: stranger.project, resource_id: 'hello' }, stranger.metadata())).rejects.toThrow(/Not found/);
  });

  it('end with their function, and are the same after a rebuild', async () => {
    const of = { project_id: tenant.project, function_urn: 'hello' };
    const content = Buffer.from('{"a":1}').toString('base64');
    await registry.create(tenant);
    await put('hello', { b: '2', a: '1' });
    const { id } = await registry.testEvents.createEvent({ ...of, name: 'try', content }, tenant.metadata());
    await registry.testEvents.updateEvent({ ...of, event_id: id, name: '', content: Buffer.from('[]').toString('base64') }, tenant.metadata());
    const database = await openDatabase(registry.config.databaseUrl);
    const rows = (): Promise<unknown[]> =>
      Promise.all(['function_tags', 'test_events'].map((table) => database.manager.query(`SELECT t::text AS row FROM registry.${table} t ORDER BY 1`)));
    try {
      const before = await rows();
      await rebuildRegistry(registry.config);
      expect(await rows()).toEqual(before);
      await registry.functions.deleteFunction(of, tenant.metadata());
      await registry.create(tenant);
      expect(await tagsOf('hello')).toEqual({});
      expect(await registry.testEvents.listEvents(of, tenant.metadata())).toEqual({ events: [], count: 0, next_marker: 0 });
      expect(await rows()).not.toEqual(before);
    } finally {
      await database.destroy();
    }
  });

  it('test events are created, listed without content, shown, changed and deleted', async () => {
    const of = { project_id: tenant.project, function_urn: 'hello' };
    const content = Buffer.from('{"httpMethod":"GET"}').toString('base64');
    await registry.create(tenant);
    const made = await registry.testEvents.createEvent({ ...of, name: 'get', content }, tenant.metadata());
    expect(made).toEqual({ id: made.id, name: 'get' });
    expect(await registry.testEvents.showEvent({ ...of, event_id: made.id }, tenant.metadata())).toEqual({ id: made.id, name: 'get', content });
    await registry.testEvents.updateEvent({ ...of, event_id: made.id, name: 'other', content }, tenant.metadata());
    const { events } = await registry.testEvents.listEvents(of, tenant.metadata());
    expect(events).toEqual([{ id: made.id, name: 'other', last_modified: expect.any(Number) }]);
    await expect(registry.testEvents.createEvent({ ...of, name: 'other', content }, tenant.metadata())).rejects.toThrow(/already has/);
    await registry.testEvents.deleteEvent({ ...of, event_id: made.id }, tenant.metadata());
    await expect(registry.testEvents.showEvent({ ...of, event_id: made.id }, tenant.metadata())).rejects.toThrow(/no test event/);
  });
});
