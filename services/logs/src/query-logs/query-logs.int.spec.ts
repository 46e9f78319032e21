import { randomUUID } from 'node:crypto';
import { ListLogContextRequest, ListLogHistogramRequest } from '@windlass/contracts/logs/v1/log_search_service';
import type { QueryLogsRequest } from '@windlass/contracts/logs/v1/log_service';
import { missingStream, RunningLogs } from '../testing/running-logs.js';

describe('lines from the bus', () => {
  let running: RunningLogs;

  beforeAll(async () => {
    running = await RunningLogs.start();
  });
  afterAll(() => running?.stop());

  it('are found by function, version, request id and text', async () => {
    const caller = running.tenant();
    const { log_group_id: group, log_stream_id: id } = await running.logs.ensureFunctionLog({ func_name: 'hello', log_group_id: '', log_stream_id: '' }, caller.as());
    const labels = { function: 'hello', version: 'latest', request_id: 'r-1', stream: 'stdout' };
    await running.publish(caller, group, id, ['GET /orders took 12ms', 'ERROR lost the thread'], labels);
    await running.publish(caller, group, id, ['GET /other took 1ms'], { ...labels, request_id: 'r-2' });
    await running.eventually(3, () => caller.query(group, id));

    const byLabels = await caller.query(group, id, { labels: { function: 'hello', version: 'latest', request_id: 'r-1' } });
    expect(byLabels.logs.map(({ content }) => content)).toEqual(['GET /orders took 12ms', 'ERROR lost the thread']);
    expect(byLabels).toMatchObject({ isQueryComplete: true, count: undefined });
    expect(byLabels.logs[0]).toMatchObject({ labels, line_num: expect.stringMatching(/^\d{19}$/) });

    const byText = await caller.query(group, id, { keywords: 'took and not orders', is_count: 'true' });
    expect(byText.logs.map(({ content }) => content)).toEqual(['GET /other <HighLightTag>took</HighLightTag> 1ms']);
    expect(byText.count).toBe(1);
    const plain = await caller.query(group, id, { keywords: 'request_id:r-1 and err*', highlight: false });
    expect(plain.logs.map(({ content }) => content)).toEqual(['ERROR lost the thread']);
  });

  it('are paged by their numbers, in either order and direction', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await running.publish(caller, group, id, ['1', '2', '3', '4', '5', '6', '7', '8']);
    const { logs: rows } = await running.eventually(8, () => caller.query(group, id));
    const line_num = rows[4]?.line_num;
    const page = async (fields: Partial<QueryLogsRequest>) => (await caller.query(group, id, { line_num, limit: '3', ...fields })).logs.map(({ content }) => content).join();
    expect(await page({ search_type: 'forwards' })).toBe('6,7,8');
    expect(await page({ search_type: 'forwards', is_desc: 'true' })).toBe('4,3,2');
    expect(await page({ search_type: 'backwards' })).toBe('2,3,4');
    expect(await page({ search_type: 'backwards', is_desc: true })).toBe('8,7,6');
    expect(await page({})).toBe('6,7,8');
    expect((await caller.query(group, id, { limit: 2, is_count: true })).count).toBe(8);
  });

  it('have their secrets masked before they are kept, where the stream asks for it', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    const request = { project_id: caller.project_id, log_group_id: group, log_stream_id: id };
    expect(await running.settings.showLogMasking(request, caller.as())).toEqual({ mask_secrets: false });
    await running.publish(caller, group, id, ['{"password":"seen-1"}']);
    await running.eventually(1, () => caller.query(group, id));
    expect(await running.settings.updateLogMasking({ ...request, mask_secrets: true }, caller.as())).toEqual({ mask_secrets: true });
    await running.publish(caller, group, id, ['{"password":"unseen-2","user":"ann"}']);
    const { logs: rows } = await running.eventually(2, () => caller.query(group, id));
    expect(rows.map(({ content }) => content)).toEqual(['{"password":"seen-1"}', '{"password":"***","user":"ann"}']);
    expect((await caller.query(group, id, { keywords: 'unseen-2' })).logs).toEqual([]);
    await expect(running.settings.updateLogMasking(request, caller.as())).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
  });

  it('are analysed: searched, grouped and counted, by fields nobody declared', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    const requests = [{ path: '/a', ms: 10 }, { path: '/a', ms: 30 }, { path: '/b', ms: 20 }].map((request) => JSON.stringify(request));
    await running.publish(caller, group, id, [...requests, 'started'], { function: 'hello' });
    await running.eventually(4, () => caller.query(group, id));
    const query = 'path:* | select path, function, count(*) as n, percentile(ms, 0.99) as p99 group by path, function order by n desc';
    expect(await caller.query(group, id, { query, is_analysis_query: 'true' })).toEqual({
      count: undefined,
      logs: [],
      isQueryComplete: true,
      analysisLogs: [{ path: '/a', function: 'hello', n: 2, p99: 30 }, { path: '/b', function: 'hello', n: 1, p99: 20 }],
    });
    expect((await caller.query(group, id, { keywords: '* | select content where path is null', labels: { function: 'hello' } })).analysisLogs).toEqual([{ content: 'started' }]);
    expect((await caller.query(group, id, { query: 'select count(*) as n', labels: { function: 'other' } })).analysisLogs).toEqual([{ n: 0 }]);
    await expect(caller.query(group, id, { query: '* | select nope(1)' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301', message: expect.stringContaining('(at character 12)') });
  });

  it('are counted by time, in buckets that cover the window', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await running.publish(caller, group, id, ['GET a', 'GET b', 'PUT c'], { function: 'hello' });
    await running.eventually(3, () => caller.query(group, id));
    const start = Date.now() - 60_000;
    const count = (fields: Partial<ListLogHistogramRequest> = {}) =>
      running.search.listLogHistogram(
        ListLogHistogramRequest.fromPartial({ project_id: caller.project_id, group_id: group, stream_id: id, start_time: String(start), end_time: start + 99_999, step_interval: '10000', ...fields }),
        caller.as(),
      );
    const all = await count();
    expect(all).toMatchObject({ count: 3, isQueryComplete: true });
    expect(all.histogram.map(({ startTime, endTime }) => endTime - startTime)).toEqual(Array.from({ length: 10 }, () => 10_000));
    expect(all.histogram[0]?.startTime).toBe(start);
    expect(all.histogram.slice(0, 5).map(({ num }) => num)).toEqual([0, 0, 0, 0, 0]);
    expect(await count({ key_word: 'get', labels: { function: 'hello' } })).toMatchObject({ count: 2 });
    expect(await count({ labels: { function: 'other' } })).toMatchObject({ count: 0 });
    await expect(count({ step_interval: 1 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    await expect(count({ key_word: 'a and' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301' });
    await expect(count({ stream_id: randomUUID() })).rejects.toMatchObject(missingStream);
    await expect(running.search.listLogHistogram(ListLogHistogramRequest.fromPartial({ project_id: caller.project_id, group_id: group, stream_id: id }), running.tenant().as())).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('are shown around one of them, whatever they say', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await running.publish(caller, group, id, ['1', '2', '3', '4', '5', '6', '7', '8']);
    const { logs: rows } = await running.eventually(8, () => caller.query(group, id));
    const around = (line: number | string, fields: Partial<ListLogContextRequest> = {}) =>
      running.search.listLogContext(
        ListLogContextRequest.fromPartial({ project_id: caller.project_id, log_group_id: group, log_stream_id: id, line_num: typeof line === 'string' ? line : rows[line - 1]?.line_num, ...fields }),
        caller.as(),
      );
    const told = async (answer: ReturnType<typeof around>) => {
      const { logs: lines, total_count, backwards_count, forwards_count, isQueryComplete } = await answer;
      return [lines.map(({ content }) => content).join(''), total_count, backwards_count, forwards_count, isQueryComplete];
    };
    expect(await told(around(4, { backwards_size: 2, forwards_size: '3' }))).toEqual(['234567', 6, 2, 3, true]);
    expect(await told(around(1))).toEqual(['12345678', 8, 0, 7, true]);
    expect(await told(around(8, { backwards_size: 0, forwards_size: 0 }))).toEqual(['8', 1, 0, 0, true]);
    // A line that is gone has neighbours all the same.
    const gap = String(BigInt(rows[7]?.line_num ?? 0) + 1n);
    expect(await told(around(gap, { backwards_size: 1 }))).toEqual(['8', 1, 1, 0, true]);
    for (const wrong of ['5', '', 'x'.repeat(19)]) await expect(around(wrong)).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
    await expect(around(1, { backwards_size: 501 })).rejects.toMatchObject({ message: expect.stringContaining('backwards_size is a number from 0 to 500') });
    await expect(around(1, { log_stream_id: randomUUID() })).rejects.toMatchObject(missingStream);
  });

  it('are found only inside the window', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await running.publish(caller, group, id, ['now']);
    await running.eventually(1, () => caller.query(group, id));
    expect((await caller.query(group, id, { start_time: 0, end_time: 1 })).logs).toEqual([]);
    expect((await caller.query(group, id, { end_time: String(Date.now() - 600_000) })).logs).toEqual([]);
  });

  it('of a stream that is gone, of another tenant or of no sense are dropped and counted, and hold up nobody', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    const gone = await caller.createStream(group, 'gone');
    await running.logs.deleteLogStream({ project_id: caller.project_id, log_group_id: group, log_stream_id: gone }, caller.as());
    await running.publish(caller, group, gone, ['lost']);
    await running.publish(running.tenant(), group, id, ['forged']);
    await running.bus.publish([{ topic: 'logs.lines', key: id, id: randomUUID(), payload: Buffer.from('no batch') }]);
    await running.publish(caller, group, id, ['kept']);
    const answer = await running.eventually(1, () => caller.query(group, id));
    expect(answer.logs.map(({ content }) => content)).toEqual(['kept']);
    expect(running.logged.filter((line) => line.includes('of an unknown stream were dropped'))).toHaveLength(2);
    expect(running.logged.filter((line) => line.includes('is no log batch was dropped'))).toHaveLength(1);
    expect(running.logged.join('')).not.toMatch(/lost|forged/);
  });

  it('cannot be searched with an expression that is none', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await expect(caller.query(group, id, { keywords: '*x' })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0301' });
    await expect(caller.query(group, id, { limit: 5001 })).rejects.toMatchObject({ kind: 'invalid', code: 'LTS.0009' });
  });
});
