import type { LogLine } from '@windlass/contracts/logs/v1/log_batch';
import { BATCH, LogBuffer } from './log-buffer.js';
import { Tally } from './tally.js';

const destination = { domainId: 'd', projectId: 'p', groupId: 'g', streamId: 's' };
const why = () => 'why';

function line(content: string, instance = 'i1', stream = 'stderr', request_id = 'r1'): LogLine {
  return { time_unix_nano: '1', content, labels: { instance, stream, request_id } } as unknown as LogLine;
}

describe('lines that wait to be shipped', () => {
  let tally: Tally;
  const buffer = (maxBytes = 1_000_000) => new LogBuffer(destination, maxBytes, (tally = new Tally()));
  const contents = (taken: ReturnType<LogBuffer['take']>) => taken?.batch.lines.map(({ content }) => content);

  it('keep a stack trace together that comes in pieces while others write', () => {
    const lines = buffer();
    lines.add(line('Error: no'), 0);
    lines.add(line('other Error', 'i2'), 1);
    lines.add(line('a line', 'i1', 'stdout'), 2);
    lines.add(line('    at f'), 3);
    lines.add(line('    other at g', 'i2'), 4);
    lines.add(line('    at h'), 9);
    expect(contents(lines.take('b', 1_000, why))).toEqual(['Error: no', '    at f', '    at h', 'other Error', '    other at g', 'a line']);
  });

  it('come in order where there was a pause, or another request', () => {
    const lines = buffer();
    lines.add(line('one'), 0);
    lines.add(line('two', 'i2'), 1);
    lines.add(line('three'), 20);
    lines.add(line('four', 'i1', 'stderr', 'r2'), 21);
    lines.add(line('five'), 22);
    expect(contents(lines.take('b', 1_000, why))).toEqual(['one', 'two', 'three', 'five', 'four']);
  });

  it('of a request stand between its start and its finish, however quick it is', () => {
    const lines = buffer();
    lines.add(line('Start', 'i1', 'platform'), 0);
    lines.add(line('out', 'i1', 'stdout'), 0);
    lines.add(line('err'), 0);
    lines.add(line('Finish', 'i1', 'platform'), 1);
    expect(contents(lines.take('b', 1_000, why))).toEqual(['Start', 'out', 'err', 'Finish']);
  });

  it('wait for the end of what is being written, but not for ever, nor at the end', () => {
    const lines = buffer();
    lines.add(line('old', 'i2'), 0);
    lines.add(line('begun'), 95);
    expect(contents(lines.take('b', 100, why))).toEqual(['old']);
    expect(lines.take('b', 101, why)).toBeUndefined();
    for (let now = 100; now <= 400; now += 5) lines.add(line(`${now}`), now);
    expect(contents(lines.take('b', 401, why))?.at(-1)).toBe('390');
    expect(contents(lines.take('b', 401, why, true))).toEqual(['395', '400']);
    expect(lines.isEmpty).toBe(true);
  });

  it('make batches of a bounded size, in order', () => {
    const lines = buffer(100_000_000);
    for (let nth = 0; nth < 2 * BATCH.lines + 3; nth += 1) lines.add(line(`${nth}`), 0);
    const sizes: number[] = [];
    const all: string[] = [];
    for (let taken = lines.take('b', 0, why); taken !== undefined; taken = lines.take('b', 1_000, why)) {
      sizes.push(taken.taken);
      all.push(...(contents(taken) ?? []));
    }
    expect(sizes).toEqual([BATCH.lines, BATCH.lines, 3]);
    expect(all).toEqual(Array.from({ length: 2 * BATCH.lines + 3 }, (_, nth) => `${nth}`));
  });

  it('tell how many are missing where they are missing, and why', () => {
    const lines = buffer(10 * 300);
    for (let nth = 0; nth < 100; nth += 1) lines.add(line(`${nth}`), nth * 50);
    const taken = lines.take('b', 10_000, why)!;
    const [first, second] = contents(taken)!;
    expect(first).toBe(`${100 - taken.taken} lines dropped: why`);
    expect(second).toBe(`${100 - taken.taken}`);
    expect(taken.batch.lines[0]?.labels).toEqual({ instance: 'i1', stream: 'platform' });
  });

  it('count as settled once they are acknowledged or dropped', async () => {
    const lines = buffer(3 * 300);
    for (let nth = 0; nth < 5; nth += 1) lines.add(line(`${nth}`), nth * 50);
    const settled = tally.reached();
    let isSettled = false;
    void settled.then(() => (isSettled = true));
    lines.add(line('later'), 500);
    const taken = lines.take('b', 505, why, true)!;
    tally.settle(taken.taken - 2);
    await Promise.resolve();
    expect(isSettled).toBe(false);
    tally.settle(1);
    await settled;
  });
});
