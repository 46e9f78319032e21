import { TailLogsRequest, type TailLogsResponse } from '@windlass/contracts/logs/v1/log_tail_service';
import { missingStream, RunningLogs, type Tenant } from '../testing/running-logs.js';

describe('lines that are followed', () => {
  let running: RunningLogs;

  beforeAll(async () => {
    running = await RunningLogs.start();
  });
  afterAll(() => running?.stop());

  const ask = (caller: Tenant, group: string, id: string, fields: Partial<TailLogsRequest> = {}, wait_ms = 10_000): Promise<TailLogsResponse> =>
    running.tails.awaitLogs({ tail: TailLogsRequest.fromPartial({ project_id: caller.project_id, log_group_id: group, log_stream_id: id, ...fields }), wait_ms }, caller.as());
  const told = ({ logs: rows }: TailLogsResponse) => rows.map(({ content }) => content).join();

  it('come as soon as they are written, each once, and none of before unless asked for', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await running.publish(caller, group, id, ['1', '2', '3']);
    await running.eventually(3, () => caller.query(group, id));
    const start = await ask(caller, group, id, {}, 0);
    expect(told(start)).toBe('');
    expect(told(await ask(caller, group, id, { last: 2 }, 0))).toBe('2,3');
    expect(told(await ask(caller, group, id, { start_time: Date.now() - 60_000 }, 0))).toBe('1,2,3');
    const waiting = ask(caller, group, id, { line_num: start.line_num });
    await running.publish(caller, group, id, ['4']);
    const first = await waiting;
    expect(told(first)).toBe('4');
    await running.publish(caller, group, id, ['5', '6']);
    let { line_num } = first;
    let all = '';
    while (all.length < 2) {
      const next = await ask(caller, group, id, { line_num });
      all += next.logs.map(({ content }) => content).join('');
      line_num = next.line_num;
    }
    expect(all).toBe('56');
  });

  it('are those that are wanted, by text and label', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    const { line_num } = await ask(caller, group, id, {}, 0);
    await running.publish(caller, group, id, ['GET a', 'PUT b'], { function: 'hello' });
    await running.publish(caller, group, id, ['GET c'], { function: 'other' });
    await running.eventually(3, () => caller.query(group, id));
    expect(told(await ask(caller, group, id, { line_num, keywords: 'get', label: ['function=hello'] }))).toBe('GET a');
    // What does not fit is passed by once.
    const none = await ask(caller, group, id, { line_num, keywords: 'missing' }, 0);
    expect(told(none)).toBe('');
    expect(told(await ask(caller, group, id, { line_num: none.line_num }, 0))).toBe('');
  });

  it('are waited for no longer than was asked, and not by those who are gone', async () => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    expect(await ask(caller, group, id, {}, 50)).toMatchObject({ logs: [], line_num: '0'.repeat(19) });
    const deleted = ask(caller, group, id, {}, 5_000);
    await running.logs.deleteLogStream({ project_id: caller.project_id, log_group_id: group, log_stream_id: id }, caller.as());
    await deleted;
    await expect(ask(caller, group, id)).rejects.toMatchObject(missingStream);
  });

  it.each<[string, Partial<TailLogsRequest>]>([
    ['line_num', { line_num: '5' }],
    ['start_time', { start_time: -1 }],
    ['last', { last: 1001 }],
    ['label', { label: ['function'] }],
    ['expression', { keywords: 'a and' }],
  ])('only from where can be: %s', async (field, fields) => {
    const caller = running.tenant();
    const { group, stream: id } = await running.stream(caller);
    await expect(ask(caller, group, id, fields)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(field) });
  });
});
