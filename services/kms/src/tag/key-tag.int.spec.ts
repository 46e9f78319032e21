import { BatchCreateKmsTagsRequest, CreateKmsTagRequest, ListKmsByTagsRequest } from '@windlass/contracts/kms/v1/key_tag_service';
import { runKms, type RunningKms } from '../testing/running-kms.js';

describe('tags of keys', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant(fields: Parameters<RunningKms['tenant']>[0] = {}) {
    const made = running.tenant(fields);
    const { project_id, as } = made;
    const pairs = (tags: Record<string, string>) => Object.entries(tags).map(([key, value]) => ({ key, value }));
    return {
      ...made,
      batch: (key_id: string, action: string, tags: Record<string, string>) => running.tags.batchCreateKmsTags(BatchCreateKmsTagsRequest.fromPartial({ project_id, key_id, action, tags: pairs(tags) }), as()),
      put: (key_id: string, key: string, value = '') => running.tags.createKmsTag(CreateKmsTagRequest.fromPartial({ project_id, key_id, tag: { key, value } }), as()),
      off: (key_id: string, key: string) => running.tags.deleteTag({ project_id, key_id, key }, as()),
      shown: (key_id: string) => running.tags.showKmsTags({ project_id, key_id }, as()),
      all: async () => (await running.tags.listKmsTags({ project_id }, as())).tags,
      find: async (request: Partial<ListKmsByTagsRequest>) => {
        const { resources, total_count } = await running.tags.listKmsByTags(ListKmsByTagsRequest.fromPartial({ project_id, action: 'filter', ...request }), as());
        return { names: resources.map(({ resource_name }) => resource_name).sort(), total_count, resources };
      },
    };
  }

  it('are put on one by one or several at once, replaced, taken off, and shown', async () => {
    const { create, batch, put, off, shown } = tenant();
    const key_id = await create();
    expect(await shown(key_id)).toEqual({ tags: [], existTagsNum: 0 });
    await batch(key_id, 'create', { env: 'test', team: 'a' });
    await put(key_id, 'env', 'prod');
    await put(key_id, 'note');
    expect(await shown(key_id)).toEqual({ tags: [{ key: 'env', value: 'prod' }, { key: 'team', value: 'a' }, { key: 'note', value: '' }], existTagsNum: 3 });
    await batch(key_id, 'delete', { team: 'another', note: '' });
    await off(key_id, 'env');
    await off(key_id, 'never there');
    expect(await shown(key_id)).toMatchObject({ tags: [{ key: 'team', value: 'a' }] });
  });

  it('are at most twenty, and refused with the code of what is wrong with them', async () => {
    const { create, batch, put } = tenant();
    const key_id = await create();
    await batch(key_id, 'create', Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, ''])));
    await expect(put(key_id, 'one-more')).rejects.toMatchObject({ kind: 'quota_exceeded', code: 'KMS.0409' });
    await expect(put(key_id, 'k7', 'other')).resolves.toBeDefined();
    const refused: [() => Promise<unknown>, string][] = [
      [() => batch(key_id, 'create', {}), 'KMS.0401'],
      [() => batch(key_id, 'replace', { a: 'b' }), 'KMS.0404'],
      [() => put(key_id, 'a', '<'), 'KMS.0405'],
      [() => put(key_id, 'a*'), 'KMS.0406'],
      [() => put(key_id, '_sys_a'), 'KMS.0406'],
      [() => batch(key_id, 'create', Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`m${index}`, '']))), 'KMS.0407'],
      [() => put(key_id, 'a', 'x'.repeat(256)), 'KMS.0410'],
      [() => put(key_id, ''), 'KMS.0411'],
      [() => put(key_id, 'x'.repeat(129)), 'KMS.0411'],
    ];
    for (const [attempt, code] of refused) await expect(attempt()).rejects.toMatchObject({ kind: 'invalid', code });
  });

  it('find and count keys, all or some, and are listed for the project', async () => {
    const owner = tenant();
    const made: Record<string, string> = {};
    for (const [name, tags] of Object.entries({ one: { env: 'test', team: 'a' }, two: { env: 'prod', team: 'a' }, three: { team: 'b' }, four: {} } as Record<string, Record<string, string>>)) {
      made[name] = await owner.create({ key_alias: name });
      if (Object.keys(tags).length > 0) await owner.batch(made[name], 'create', tags);
    }
    await tenant().create();
    const names = async (request: Partial<ListKmsByTagsRequest>) => (await owner.find(request)).names;
    expect(await names({})).toEqual(['four', 'one', 'three', 'two']);
    expect(await names({ tags: [{ key: 'team', values: ['a'] }] })).toEqual(['one', 'two']);
    expect(await names({ tags: [{ key: 'team', values: ['a', 'b'] }] })).toEqual(['one', 'three', 'two']);
    expect(await names({ tags: [{ key: 'team', values: ['a', 'b'] }, { key: 'env', values: [] }] })).toEqual(['one', 'two']);
    expect(await names({ tags: [{ key: 'env', values: ['a'] }] })).toEqual([]);
    expect(await names({ matches: [{ key: 'resource_name', value: 'O' }] })).toEqual(['four', 'one', 'two']);
    expect(await owner.find({ action: 'count', tags: [{ key: 'team', values: [] }] })).toEqual({ names: [], resources: [], total_count: 3 });
    const pages = [await owner.find({ limit: '3' }), await owner.find({ limit: '3', offset: '3' })];
    expect(pages.flatMap((page) => page.names).sort()).toEqual(['four', 'one', 'three', 'two']);
    const [{ resources: [two] }] = [await owner.find({ tags: [{ key: 'env', values: ['prod'] }] })];
    expect(two).toMatchObject({ resource_id: made['two'], resource_name: 'two', resource_detail: { key_id: made['two'], key_state: '2' }, tags: [{ key: 'env', value: 'prod' }, { key: 'team', value: 'a' }] });
    expect(await owner.all()).toEqual([{ key: 'env', values: ['prod', 'test'] }, { key: 'team', values: ['a', 'b'] }]);
    const bounded = tenant({ domain_id: owner.domain_id, project_id: owner.project_id, all_enterprise_projects: false, enterprise_project_ids: ['e1'] });
    expect([await bounded.find({}), await bounded.all()]).toEqual([{ names: [], resources: [], total_count: 0 }, []]);
    for (const [request, code] of [[{ action: 'all' }, 'KMS.0404'], [{ limit: '0' }, 'KMS.1601'], [{ offset: '-1' }, 'KMS.0417'], [{ matches: [{ key: 'id', value: 'x' }] }, 'KMS.0403']] as const) {
      await expect(owner.find(request as never)).rejects.toMatchObject({ kind: 'invalid', code });
    }
  });

  it('stay off keys of services and keys to be deleted', async () => {
    const { create, schedule, put, shown } = tenant();
    const key_id = await create();
    await put(key_id, 'a');
    await schedule(key_id);
    await expect(put(key_id, 'b')).rejects.toMatchObject({ code: 'KMS.0210' });
    expect(await shown(key_id)).toMatchObject({ existTagsNum: 1 });
    await expect(tenant().shown(key_id)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
  });
});
