import { TagLogResourceRequest, UpdateLogStreamRequest } from '@windlass/contracts/logs/v1/log_stream_service';
import { missingGroup, missingStream, RunningLogs } from '../testing/running-logs.js';

describe('what can be changed of groups and streams', () => {
  let running: RunningLogs;

  beforeAll(async () => {
    running = await RunningLogs.start();
  });
  afterAll(() => running?.stop());

  it('changes how long a stream keeps its lines, and its tags', async () => {
    const { as, project_id, createGroup, createStream } = running.tenant();
    const log_group_id = await createGroup();
    const log_stream_id = await createStream(log_group_id);
    const update = (fields: Partial<UpdateLogStreamRequest>) => running.settings.updateLogStream(UpdateLogStreamRequest.fromPartial({ project_id, log_group_id, log_stream_id, ...fields }), as());
    expect(await update({ ttl_in_days: 7, tags: [{ key: 'team', value: 'blue' }] })).toMatchObject({ log_topic_id: log_stream_id, log_topic_name: 'today', ttl_in_days: 7, tag: { team: 'blue' } });
    expect(await update({ ttl_in_days: -1 })).toMatchObject({ ttl_in_days: -1, tag: { team: 'blue' } });
    expect((await running.logs.listLogStreams({ project_id, log_group_id }, as())).log_streams).toMatchObject([{ ttl_in_days: -1, tag: { team: 'blue' } }]);
    for (const fields of [{}, { ttl_in_days: 0 }, { ttl_in_days: 366 }, { ttl_in_days: 5, tags: [{ key: 'a', value: '' }, { key: 'a', value: 'b' }] }]) {
      await expect(update(fields)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    }
    expect(await update({ ttl_in_days: -1 })).toMatchObject({ ttl_in_days: -1, tag: { team: 'blue' } });
  });

  it('tags groups and streams, and the streams of a group with it', async () => {
    const { as, project_id, createGroup, createStream } = running.tenant();
    const group = await createGroup();
    const streams = [await createStream(group, 's1'), await createStream(group, 's2')];
    const tag = (tagged_type: string, tagged_id: string, fields: Partial<TagLogResourceRequest>) =>
      running.settings.tagLogResource(TagLogResourceRequest.fromPartial({ project_id, tagged_type, tagged_id, action: 'create', ...fields }), as());
    const tags = async () => [
      (await running.logs.listLogGroups({ project_id }, as())).log_groups.map((one) => one.tag),
      (await running.logs.listLogStreams({ project_id, log_group_id: group }, as())).log_streams.map((one) => one.tag),
    ];
    await tag('topics', streams[0]!, { tags: [{ key: 'a', value: '1' }] });
    await tag('groups', group, { tags: [{ key: 'b', value: '2' }] });
    expect(await tags()).toEqual([[{ b: '2' }], [{ a: '1' }, {}]]);
    await tag('groups', group, { tags: [{ key: 'a', value: '3' }], tags_to_streams_enable: 'true' });
    expect(await tags()).toEqual([[{ a: '3', b: '2' }], [{ a: '3' }, { a: '3' }]]);
    await tag('groups', group, { action: 'delete', tags: [{ key: 'a', value: '' }] });
    expect(await tags()).toEqual([[{ b: '2' }], [{ a: '3' }, { a: '3' }]]);
    // Concurrent changes lose nothing.
    await Promise.all(['c', 'd', 'e', 'f'].map((key) => tag('topics', streams[1]!, { tags: [{ key, value: key }] })));
    expect((await tags())[1]?.[1]).toEqual({ a: '3', c: 'c', d: 'd', e: 'e', f: 'f' });
    // What one of the streams has no room for is done to none.
    await tag('topics', streams[0]!, { tags: Array.from({ length: 19 }, (_, index) => ({ key: `k${index}`, value: '' })) });
    await expect(tag('groups', group, { tags: [{ key: 'z', value: '' }], tags_to_streams_enable: true })).rejects.toMatchObject({ message: expect.stringContaining('at most 20 tags') });
    expect((await tags())[0]).toEqual([{ b: '2' }]);
    for (const fields of [{ action: 'replace', tags: [{ key: 'a', value: '' }] }, { tags: [] }]) await expect(tag('groups', group, fields)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(tag('keys', group, { tags: [{ key: 'a', value: '' }] })).rejects.toMatchObject({ kind: 'invalid' });
    await expect(running.settings.tagLogResource({ project_id: running.tenant().project_id, tagged_type: 'groups', tagged_id: group, action: 'create', tags: [{ key: 'a', value: '' }] } as never, as())).rejects.toMatchObject({ kind: 'forbidden' });
    const other = running.tenant();
    const foreign = { project_id: other.project_id, action: 'create', tags: [{ key: 'a', value: '' }] } as never as TagLogResourceRequest;
    await expect(running.settings.tagLogResource({ ...foreign, tagged_type: 'groups', tagged_id: group }, other.as())).rejects.toMatchObject(missingGroup);
    await expect(running.settings.tagLogResource({ ...foreign, tagged_type: 'topics', tagged_id: streams[0]! }, other.as())).rejects.toMatchObject(missingStream);
  });

  it('lists the streams of all groups, by parts of names and a page at a time', async () => {
    const { as, project_id, createGroup, createStream } = running.tenant();
    const [orders, bills] = [await createGroup('orders'), await createGroup('bills')];
    for (const name of ['today', 'older']) await createStream(orders, name);
    await createStream(bills, 'today');
    const list = async (fields: object = {}) => {
      const { log_streams, total } = await running.settings.listProjectLogStreams({ project_id, log_group_name: '', log_stream_name: '', ...fields }, as());
      return [log_streams.map((one) => one.log_stream_name).join(), total];
    };
    expect(await list()).toEqual(['today,older,today', 3]);
    expect(await list({ log_group_name: 'ord' })).toEqual(['today,older', 2]);
    expect(await list({ log_stream_name: '%' })).toEqual(['', 0]);
    expect(await list({ offset: 1, limit: 1 })).toEqual(['older', 3]);
    await expect(list({ limit: 501 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    await expect(running.settings.listProjectLogStreams({ project_id: running.tenant().project_id, log_group_name: '', log_stream_name: '' }, as())).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
