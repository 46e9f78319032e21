import type { ContractRun } from './contract-run.js';
import { Inbox } from './inbox.js';
import { publishedAtLast } from './waiting.js';

/** What is published arrives, whole, in order, and whatever happens to handlers and connections. */
export function deliveryPromises(run: ContractRun): void {
  it('hands over what was published, unchanged', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    await inbox.join(bus, 'g', run.topic);
    const sent = { ...run.message('k', 'id-1'), payload: Uint8Array.of(0, 255, 10, 13), headers: { 'content-type': 'protobuf', quote: `"'\\` } };
    await bus.publish([sent]);
    await inbox.holds(1);
    const [received] = inbox.messages;
    expect({ ...received, payload: Uint8Array.from(received!.payload) }).toEqual(sent);
  });

  it('keeps the order of each key, across publications, keys and publishers', async () => {
    const [one, other] = [await run.open(), await run.open()];
    const inbox = new Inbox();
    await inbox.join(one, 'g', run.topic);
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
    for (let round = 0; round < 10; round++) {
      const bus = round % 2 ? one : other;
      await bus.publish(keys.flatMap((key) => run.numbered(key, 3, round * 3)));
    }
    await inbox.holds(600);
    for (const key of keys) expect(inbox.idsOf(key)).toEqual(run.numbered(key, 30).map(({ id }) => id));
  });

  it('publishes nothing when it is given nothing', async () => {
    const bus = await run.open();
    await bus.publish([]);
  });

  it('publishes all of a call or nothing', async () => {
    const bus = await run.open();
    const impossible = { ...run.message('k', 'bad'), topic: null as unknown as string };
    await expect(bus.publish([run.message('k', 'swallowed'), impossible])).rejects.toThrow();
    await bus.publish([run.message('k', 'good')]);
    const inbox = new Inbox();
    await inbox.join(bus, 'g', run.topic);
    await inbox.holds(1);
    expect(inbox.idsOf('k')).toEqual(['good']);
  });

  it('hands the same messages over again after a failure, in order, and none is lost', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    let failures = 0;
    await inbox.join(bus, 'g', run.topic, async () => {
      if (failures < 3) {
        failures++;
        throw new Error('the handler is not well');
      }
    });
    await bus.publish(run.numbered('k', 5));
    await inbox.holds(5);
    expect(failures).toBe(3);
    expect(inbox.idsOf('k')).toEqual(run.numbered('k', 5).map(({ id }) => id));
  });

  it('tells how far each relay is behind, as it last reported', async () => {
    const [relaying, asking] = [await run.open(), await run.open()];
    const service = run.topic;
    const reported = async () => (await asking.status()).relays.filter((relay) => relay.service === service);
    expect(await reported()).toEqual([]);
    const oldestAt = new Date('2026-01-01T00:00:00.123Z');
    await relaying.reportRelay({ service, waiting: 3, oldestAt });
    const [first, ...others] = await reported();
    expect([first, others]).toEqual([{ service, waiting: 3, oldestAt, reportedAt: expect.any(Date) }, []]);
    await relaying.reportRelay({ service, waiting: 0, oldestAt: undefined });
    const [second] = await reported();
    expect(second).toEqual({ service, waiting: 0, oldestAt: undefined, reportedAt: expect.any(Date) });
    expect(second!.reportedAt.getTime()).toBeGreaterThanOrEqual(first!.reportedAt.getTime());
  });

  it('has a name, the same for everybody who opens it', async () => {
    const [one, other] = [await run.open(), await run.open()];
    expect(await one.identity()).toBe(await other.identity());
    expect(await one.identity()).toMatch(/^(postgres|kafka):./);
  });

  it('goes on by itself after its connections were cut', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    await inbox.join(bus, 'g', run.topic);
    await bus.publish(run.numbered('k', 2));
    await inbox.holds(2);
    await run.interrupt();
    await publishedAtLast(bus, run.numbered('k', 2, 2));
    await inbox.seesAll(['k-0', 'k-1', 'k-2', 'k-3']);
  });

  it('ends when it is closed, and may be closed again', async () => {
    const bus = await run.open();
    await new Inbox().join(bus, 'g', run.topic);
    await bus.close();
    await bus.close();
    await expect(bus.publish([run.message('k', 'late')])).rejects.toThrow();
  });
}
