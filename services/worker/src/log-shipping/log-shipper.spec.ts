import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { LogShipper, type LogShipperOptions } from './log-shipper.js';

const destination = { domainId: 'd', projectId: 'p', groupId: 'g', streamId: 's' };
const line = (content: string): LogBatch['lines'][number] => LogBatch.fromPartial({ lines: [{ time_unix_nano: '1', content, labels: { function: 'hello' } }] }).lines[0]!;

/** A bus that takes what it is given while it is up, and knows batches by their ids as the log service does. */
class Bus {
  isUp = true;
  /** Publishes wait for it, when it is set. */
  held: Promise<void> | undefined;
  readonly tried: string[] = [];
  readonly lines = new Map<string, string[]>();
  private readonly seen = new Set<string>();
  private heard: () => void = () => undefined;

  async publish(messages: readonly BusMessage[]): Promise<void> {
    this.tried.push(...messages.map(({ id }) => id));
    await this.held;
    if (!this.isUp) throw new Error('down');
    for (const { key, id, payload } of messages) {
      if (this.seen.has(id)) continue;
      this.seen.add(id);
      this.lines.set(key, [...(this.lines.get(key) ?? []), ...LogBatch.decode(payload).lines.map(({ content }) => content)]);
    }
    this.heard();
  }

  of(stream: string): readonly string[] {
    return this.lines.get(stream) ?? [];
  }

  async hears(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.heard = resolve));
  }
}

describe('the log shipper', () => {
  let directory: string;
  let bus: Bus;
  let shippers: LogShipper[];
  const logged: string[] = [];
  const logger = createLogger('test', { destination: { write: (text) => void logged.push(text) } });
  const plenty = { linesPerSecond: 1e6, bytesPerSecond: 1e9 };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'windlass-ship-'));
    bus = new Bus();
    shippers = [];
    logged.length = 0;
  });
  afterEach(async () => {
    for (const shipper of shippers) await shipper.close();
    rmSync(directory, { recursive: true });
  });

  const open = async (options: Partial<LogShipperOptions> = {}): Promise<LogShipper> => {
    const shipper = await LogShipper.open({ bus, logger, spoolDirectory: directory, rateOf: () => plenty, flushMs: 5, closeMs: 100, ...options });
    shippers.push(shipper);
    return shipper;
  };
  const spooled = () => readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.lines'));
  const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, nth) => String(from + nth));

  it('acknowledges lines that are on the bus, and touches no disk for them', async () => {
    const shipper = await open();
    for (const content of numbers(2_000)) shipper.add(destination, line(content));
    await shipper.flush();
    expect(bus.of('s')).toEqual(numbers(2_000));
    expect(spooled()).toEqual([]);
  });

  it('acknowledges lines on disk while the bus is away, ships them in order when it is back, and cleans up', async () => {
    const shipper = await open();
    bus.isUp = false;
    for (const content of numbers(1_200)) shipper.add(destination, line(content));
    await shipper.flush();
    expect(spooled()).toHaveLength(1);
    for (const content of numbers(1_200, 1_200)) shipper.add(destination, line(content));
    await shipper.flush();
    bus.isUp = true;
    await bus.hears(() => bus.of('s').length === 2_400);
    expect(bus.of('s')).toEqual(numbers(2_400));
    shipper.add(destination, line('last'));
    await shipper.flush();
    expect(bus.of('s').at(-1)).toBe('last');
    expect(spooled()).toEqual([]);
  });

  it('acknowledges lines on disk while the bus hangs, and ships none of them twice when it goes on', async () => {
    const shipper = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    bus.held = promise;
    for (const content of numbers(700)) shipper.add(destination, line(content));
    await shipper.flush();
    expect(spooled()).toHaveLength(1);
    resolve();
    await bus.hears(() => bus.of('s').length === 700);
    await shipper.close();
    expect(new Set(bus.tried).size).toBe(bus.tried.length);
  });

  it('ships what an earlier process has left, before what is new, once', async () => {
    const before = await open();
    bus.isUp = false;
    for (const content of numbers(600)) before.add(destination, line(content));
    await before.close();
    expect(logged.join('')).not.toContain('neither');
    bus.isUp = true;
    const after = await open();
    for (const content of numbers(600, 600)) after.add(destination, line(content));
    await after.flush();
    await bus.hears(() => bus.of('s').length === 1_200);
    expect(bus.of('s')).toEqual(numbers(1_200));
  });

  it('repeats batches with the same ids until the bus takes them', async () => {
    const shipper = await open();
    bus.isUp = false;
    shipper.add(destination, line('one'));
    await shipper.flush();
    while (bus.tried.length < 2) await new Promise(setImmediate);
    bus.isUp = true;
    await bus.hears(() => bus.of('s').length === 1);
    expect(new Set(bus.tried).size).toBe(1);
  });

  it('loses the oldest lines in memory when the spool is full too, says how many and why, and nobody else\'s', async () => {
    const shipper = await open({ maxStreamBytes: 10 * 300, maxSpoolBytesOfAccount: 2_000 });
    bus.isUp = false;
    shipper.add({ ...destination, domainId: 'quiet', streamId: 'quiet' }, line('still here'));
    for (let burst = 0; burst < 20; burst += 1) {
      for (const content of numbers(100, burst * 100)) shipper.add(destination, line(content));
      await new Promise(setImmediate);
    }
    while (bus.tried.length < 2) await new Promise(setImmediate);
    bus.isUp = true;
    await bus.hears(() => bus.of('s').includes('1999') && bus.of('quiet').length === 1);
    const told = bus.of('s').map((content) => /^(\d+) lines? dropped: /.exec(content)?.[1]).filter(Boolean);
    const kept = bus.of('s').filter((content) => /^\d+$/.test(content));
    expect(told.length).toBeGreaterThan(0);
    expect(told.reduce((sum, count) => sum + Number(count), 0) + kept.length).toBe(2_000);
    expect(kept).toEqual([...kept].sort((a, b) => Number(a) - Number(b)));
    expect(bus.of('quiet')).toEqual(['still here']);
  });

  it('keeps to one bound for all streams, at the cost of the one that wrote the most', async () => {
    const shipper = await open({ maxBytes: 20 * 300, flushMs: 60_000 });
    for (let index = 0; index < 5; index += 1) shipper.add({ ...destination, streamId: 'quiet' }, line('x'));
    for (let index = 0; index < 100; index += 1) shipper.add({ ...destination, domainId: 'loud', streamId: 'loud' }, line('x'));
    await shipper.flush();
    expect(bus.of('quiet')).toHaveLength(5);
    expect(bus.of('loud').length).toBeLessThan(25);
    expect(bus.of('loud')[0]).toMatch(/^\d+ lines dropped/);
  });

  it('lets an account that sends more than it may wait on disk, and nobody behind it', async () => {
    // Not to be paid off within this test.
    const rates = new Map([['flood', { linesPerSecond: 0.001, bytesPerSecond: 1e9 }]]);
    const shipper = await open({ rateOf: (domainId) => rates.get(domainId) ?? plenty });
    const flood = { ...destination, domainId: 'flood', streamId: 'flood' };
    for (const content of numbers(500)) shipper.add(flood, line(content));
    await shipper.flush();
    for (const content of numbers(3_000, 500)) shipper.add(flood, line(content));
    for (const content of numbers(100)) shipper.add(destination, line(content));
    await shipper.flush();
    expect(bus.of('s')).toEqual(numbers(100));
    expect(bus.of('flood')).toEqual(numbers(500));
    expect(spooled()).toHaveLength(1);
    rates.set('flood', plenty);
    // The next line, or the next look after the wait, finds that it may send again.
    shipper.add(flood, line('last'));
    await bus.hears(() => bus.of('flood').at(-1) === 'last');
    expect(bus.of('flood')).toEqual([...numbers(3_500), 'last']);
  });

  it('gives accounts turns, so that who has little is not behind who has much', async () => {
    const shipper = await open({ flushMs: 60_000 });
    const { promise, resolve } = Promise.withResolvers<void>();
    bus.held = promise;
    const order: string[] = [];
    const { publish } = bus;
    bus.publish = async (messages) => {
      order.push(messages.map(({ key }) => key).join());
      await publish.call(bus, messages);
    };
    const many = { ...destination, domainId: 'many', streamId: 'many' };
    for (const content of numbers(10_000)) shipper.add(many, line(content));
    shipper.add(destination, line('one'));
    const all = shipper.flush();
    resolve();
    bus.held = undefined;
    await all;
    await bus.hears(() => bus.of('many').length === 10_000 && bus.of('s').length === 1);
    expect(order.findIndex((keys) => keys.includes('s'))).toBeLessThan(3);
  });

  it('ships nothing for a function without a log stream', async () => {
    const shipper = await open();
    shipper.add({ ...destination, streamId: '' }, line('nowhere'));
    await shipper.close();
    expect(bus.tried).toEqual([]);
  });

  it('logs what is lost when at the end neither bus nor disk takes it', async () => {
    const shipper = await open();
    writeFileSync(join(directory, 'account-d'), 'a file where a directory should be');
    bus.isUp = false;
    shipper.add(destination, line('lost'));
    await shipper.close();
    expect(logged.join('')).toContain('neither be shipped nor spooled');
  });
});
