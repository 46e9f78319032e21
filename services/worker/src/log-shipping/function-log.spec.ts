import { jest } from '@jest/globals';
import { exampleSpec } from '../testing/example-spec.js';
import { attributeLine } from './attribute-line.js';
import { FunctionLog } from './function-log.js';
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
