import { jest } from '@jest/globals';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { exampleSpec } from '../testing/example-spec.js';
import { attributeLine } from './attribute-line.js';
import { FunctionLog } from './function-log.js';
import { LogShipper } from './log-shipper.js';
import { finishLine, startLine } from './platform-lines.js';
import { RequestTail } from './request-tail.js';

describe('a line of an instance', () => {
  it('belongs to the one request that runs', () => expect(attributeLine('hello', new Set(['r1']))).toBe('r1'));
  it('belongs to nobody while nothing runs', () => expect(attributeLine('hello', new Set())).toBe(''));
  it('belongs to nobody when several run', () => expect(attributeLine('hello', new Set(['r1', 'r2']))).toBe(''));
  it('belongs to the request it names when several run', () => expect(attributeLine('[r2] hello', new Set(['r1', 'r2']))).toBe('r2'));
  it('belongs to nobody when it names several', () => expect(attributeLine('r1 r2', new Set(['r1', 'r2', 'r3']))).toBe(''));
});

describe('the platform\'s lines', () => {
  const figures = { durationMs: 2.049, memoryUsedMb: 36.535, memorySizeMb: 128, failure: undefined };
  it('say what the documented service says', () => {
    expect(startLine('r1', 'latest')).toBe("Start invoke request 'r1', version: latest");
    expect(finishLine('r1', figures)).toBe(
      "Finish invoke request 'r1', duration: 2.049ms, billing duration: 3ms, memory used: 36.535MB, billing memory: 128MB",
    );
    expect(finishLine('r1', { ...figures, failure: 'why' })).toMatch(/^Finish invoke request 'r1'\(invoke Failed\), duration: 2\.049ms/);
  });
});

describe('the log of a function', () => {
  const trace = (requestId: string, spec = exampleSpec({ log_stream_id: 's' })) => ({ spec, requestId, instanceId: 'i1' });
  const served = { durationMs: 1, memoryUsedMb: 1, memorySizeMb: 128, failure: undefined };
  let lines: string[];
  const shipper = { add: (_: unknown, { content }: { content: string }) => void lines.push(content) } as never;
  let now = 0;
  const log = () => new FunctionLog(shipper, 2, () => now);

  beforeEach(() => {
    lines = [];
    now = 0;
  });

  it('tells of as many requests as it can take in a second, and counts the others', () => {
    jest.useFakeTimers();
    const one = log();
    const spec = exampleSpec({ log_stream_id: 's' });
    for (let index = 0; index < 5; index += 1) {
      const request = trace(`r${index}`, spec);
      one.started(request);
      one.finished(request, served);
    }
    expect(lines.map((line) => /'(r\d)'/.exec(line)?.[1])).toEqual(['r0', 'r0', 'r1', 'r1']);
    jest.runAllTimers();
    expect(lines.at(-1)).toBe('3 more requests, whose start and finish are left out here');
    now = 1_000;
    one.started(trace('later', spec));
    expect(lines.at(-1)).toMatch(/^Start invoke request 'later'/);
    jest.useRealTimers();
  });

  it('tells why requests fail also when it does not tell of those that are served', () => {
    const one = log();
    const spec = exampleSpec({ log_stream_id: 's' });
    const requests = ['r0', 'r1', 'r2', 'r3', 'r4'].map((id) => trace(id, spec));
    for (const request of requests) one.started(request);
    lines = [];
    for (const request of requests) one.finished(request, { ...served, failure: 'It broke.' });
    expect(lines.filter((line) => line === 'It broke.')).toHaveLength(4);
  });

  it('writes nothing for a function without a stream, but for a caller that wants the tail of its request', () => {
    const one = log();
    one.keepTail('r0');
    for (const id of ['r0', 'r1']) {
      const request = trace(id, exampleSpec());
      one.started(request);
      one.finished(request, served);
    }
    expect(lines).toEqual([]);
    expect(one.takeTail('r0')).toMatch(/^Start invoke request 'r0'.*\nFinish invoke request 'r0'/);
    expect(one.takeTail('r1')).toBe('');
  });
});

describe('the tail of a request', () => {
  it('is the end of what it wrote, at most 4 KiB and no broken character', () => {
    const tail = new RequestTail();
    for (let line = 0; line < 1_000; line += 1) tail.add(`größe ${line}`);
    expect(Buffer.byteLength(tail.text)).toBeLessThanOrEqual(4_096);
    expect(tail.text).toMatch(/größe 999\n$/);
    expect(tail.text).not.toContain('\ufffd');
  });
});

describe('the log shipper', () => {
  const logger = createLogger('test', { destination: { write: () => undefined } });
  const destination = { domainId: 'd', projectId: 'p', groupId: 'g', streamId: 's' };
  const line = (content: string): LogBatch['lines'][number] => ({ time_unix_nano: '1', content, labels: { function: exampleSpec().func_name } });

  it('repeats a batch with the same id until the bus takes it, and keeps the order', async () => {
    const attempts: string[] = [];
    const published: string[] = [];
    const bus = {
      publish: async (messages: readonly BusMessage[]) => {
        attempts.push(...messages.map(({ id }) => id));
        if (attempts.length < 3) throw new Error('down');
        published.push(...messages.flatMap(({ payload }) => LogBatch.decode(payload).lines.map(({ content }) => content)));
      },
    };
    const shipper = new LogShipper({ bus, logger, flushMs: 1 });
    shipper.add(destination, line('one'));
    shipper.add(destination, line('two'));
    await shipper.close();
    expect(published).toEqual(['one', 'two']);
    expect(new Set(attempts.slice(0, 3)).size).toBe(1);
  });

  it('loses the oldest lines of a flood, says how many, and nobody else\'s', async () => {
    const lines = new Map<string, string[]>();
    const bus = {
      publish: async (messages: readonly BusMessage[]) => {
        for (const { key, payload } of messages) {
          lines.set(key, [...(lines.get(key) ?? []), ...LogBatch.decode(payload).lines.map(({ content }) => content)]);
        }
      },
    };
    const shipper = new LogShipper({ bus, logger, maxStreamBytes: 10 * 300, flushMs: 60_000 });
    shipper.add({ ...destination, streamId: 'quiet' }, line('still here'));
    for (let index = 0; index < 100; index += 1) shipper.add(destination, line(String(index)));
    await shipper.close();
    const flood = lines.get('s') ?? [];
    const dropped = Number(/^(\d+) lines dropped$/.exec(flood[0] ?? '')?.[1]);
    expect(flood.at(-1)).toBe('99');
    expect(dropped + flood.length - 1).toBe(100);
    expect(lines.get('quiet')).toEqual(['still here']);
  });

  it('keeps to one bound for all streams, at the cost of the one that wrote the most', async () => {
    const counts = new Map<string, number>();
    const bus = {
      publish: async (messages: readonly BusMessage[]) => {
        for (const { key, payload } of messages) counts.set(key, (counts.get(key) ?? 0) + LogBatch.decode(payload).lines.length);
      },
    };
    const shipper = new LogShipper({ bus, logger, maxBytes: 20 * 300, flushMs: 60_000 });
    for (let index = 0; index < 5; index += 1) shipper.add({ ...destination, streamId: 'quiet' }, line('x'));
    for (let index = 0; index < 100; index += 1) shipper.add({ ...destination, streamId: 'loud' }, line('x'));
    await shipper.close();
    expect(counts.get('quiet')).toBe(5);
    expect(counts.get('loud')).toBeLessThan(20);
  });

  it('ships nothing for a function without a log stream', async () => {
    let published = 0;
    const shipper = new LogShipper({ bus: { publish: async (messages) => void (published += messages.length) }, logger });
    shipper.add({ ...destination, streamId: '' }, line('nowhere'));
    await shipper.close();
    expect(published).toBe(0);
  });

  it('gives up within its bound at the end, and logs what is lost', async () => {
    const logged: string[] = [];
    const bus = { publish: () => Promise.reject(new Error('down')) };
    const loud = createLogger('test', { destination: { write: (text) => void logged.push(text) } });
    const shipper = new LogShipper({ bus, logger: loud, closeMs: 1 });
    shipper.add(destination, line('lost'));
    await shipper.close();
    expect(logged.join('')).toContain('function log lines are lost');
  });
});
