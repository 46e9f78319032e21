import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WindlassError } from '@windlass/errors';
import type { BusMessage, BusStatus, Consumption, EventBus } from '../event-bus.js';
import { partitionOf } from '../partition-of.js';
import { rebuildCopy } from '../rebuild-copy.js';

/** What an adapter brings to be tested. */
export interface BusUnderTest {
  /** A further connection to the one bus, as another process would have it. Its retries after a failure must be quick, with 4 failures to a dead letter. */
  open(): Promise<EventBus>;
  /** Cuts every connection to the server once, as a restart of it would. */
  interrupt(): Promise<void>;
  stop(): Promise<void>;
}

const PATIENCE_MILLISECONDS = 30_000;

/** The promises of EventBus. Every adapter calls this from a spec of its own and passes all of it. */
export function eventBusContract(name: string, start: () => Promise<BusUnderTest>): void {
  describe(`${name} keeps the promises of EventBus`, () => {
    let subject: BusUnderTest;
    let opened: EventBus[];
    let topic: string;

    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject?.stop());
    beforeEach(() => {
      opened = [];
      topic = `topic-${randomUUID()}`;
    });
    afterEach(() => Promise.all(opened.map((bus) => bus.close())));

    const open = async (): Promise<EventBus> => {
      const bus = await subject.open();
      opened.push(bus);
      return bus;
    };
    const message = (key: string, id: string): BusMessage => ({ topic, key, id, payload: Buffer.from(`payload of ${id}`) });
    const numbered = (key: string, count: number, from = 0): BusMessage[] => Array.from({ length: count }, (_, i) => message(key, `${key}-${from + i}`));

    it('hands over what was published, unchanged', async () => {
      const bus = await open();
      const inbox = new Inbox();
      await inbox.join(bus, 'g', topic);
      const sent = { ...message('k', 'id-1'), payload: Uint8Array.of(0, 255, 10, 13), headers: { 'content-type': 'protobuf', quote: `"'\\` } };
      await bus.publish([sent]);
      await inbox.holds(1);
      const [received] = inbox.messages;
      expect({ ...received, payload: Uint8Array.from(received!.payload) }).toEqual(sent);
    });

    it('keeps the order of each key, across publications, keys and publishers', async () => {
      const [one, other] = [await open(), await open()];
      const inbox = new Inbox();
      await inbox.join(one, 'g', topic);
      const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
      for (let round = 0; round < 10; round++) {
        const bus = round % 2 ? one : other;
        await bus.publish(keys.flatMap((key) => numbered(key, 3, round * 3)));
      }
      await inbox.holds(600);
      for (const key of keys) expect(inbox.idsOf(key)).toEqual(numbered(key, 30).map(({ id }) => id));
    });

    it('publishes nothing when it is given nothing', async () => {
      const bus = await open();
      await bus.publish([]);
    });

    it('publishes all of a call or nothing', async () => {
      const bus = await open();
      const impossible = { ...message('k', 'bad'), topic: null as unknown as string };
      await expect(bus.publish([message('k', 'swallowed'), impossible])).rejects.toThrow();
      await bus.publish([message('k', 'good')]);
      const inbox = new Inbox();
      await inbox.join(bus, 'g', topic);
      await inbox.holds(1);
      expect(inbox.idsOf('k')).toEqual(['good']);
    });

    it('starts a new group at the beginning and continues a known one where it stopped', async () => {
      const bus = await open();
      await bus.publish(numbered('k', 3));
      const first = new Inbox();
      const membership = await first.join(bus, 'g', topic);
      await first.holds(3);
      await membership.stop();
      await bus.publish(numbered('k', 2, 3));
      const second = new Inbox();
      await second.join(bus, 'g', topic);
      await second.holds(2);
      expect(second.idsOf('k')).toEqual(['k-3', 'k-4']);
      const newcomer = new Inbox();
      await newcomer.join(bus, 'newcomer', topic);
      await newcomer.holds(5);
      expect(newcomer.idsOf('k')).toEqual(numbered('k', 5).map(({ id }) => id));
    });

    it('hands a group only the topics it asked for', async () => {
      const bus = await open();
      const inbox = new Inbox();
      await inbox.join(bus, 'g', topic);
      await bus.publish([{ ...message('k', 'elsewhere'), topic: `${topic}-other` }, message('k', 'here')]);
      await inbox.holds(1);
      expect(inbox.idsOf('k')).toEqual(['here']);
    });

    it('hands the same messages over again after a failure, in order, and none is lost', async () => {
      const bus = await open();
      const inbox = new Inbox();
      let failures = 0;
      await inbox.join(bus, 'g', topic, async () => {
        if (failures < 3) {
          failures++;
          throw new Error('the handler is not well');
        }
      });
      await bus.publish(numbered('k', 5));
      await inbox.holds(5);
      expect(failures).toBe(3);
      expect(inbox.idsOf('k')).toEqual(numbered('k', 5).map(({ id }) => id));
    });

    /** Two keys of one partition, so that one is in the way of the other. */
    const neighbours = (): [string, string] => {
      const others = Array.from({ length: 100 }, (_, i) => `neighbour-${i}`);
      return ['sick', others.find((key) => partitionOf(key) === partitionOf('sick'))!];
    };
    const stoppedKeys = async (bus: EventBus): Promise<BusStatus['stoppedKeys']> => (await bus.status()).stoppedKeys.filter((stopped) => stopped.topic === topic);

    it('stops only the key of a message that cannot be handled, tells why, and goes on with that key in order once it can be', async () => {
      const bus = await open();
      const inbox = new Inbox();
      const [sick, well] = neighbours();
      let mended = false;
      await inbox.join(bus, 'g', topic, async (messages) => {
        if (!mended && messages.some(({ id }) => id === 'sick-1')) throw new Error('indigestible');
      });
      await bus.publish([...numbered(sick, 3), ...numbered(well, 3)]);
      await bus.publish([...numbered(sick, 2, 3), ...numbered(well, 2, 3)]);
      await inbox.seesAll(numbered(well, 5).map(({ id }) => id));
      expect(inbox.idsOf(sick)).toEqual(['sick-0']);
      await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ group: 'g', key: sick, messageId: 'sick-1', error: 'Error: indigestible', waiting: 4 }]));
      await eventually(async () => expect((await stoppedKeys(bus))[0]?.failures).toBeGreaterThan(4));
      mended = true;
      await inbox.holds(10);
      expect(inbox.idsOf(sick)).toEqual(numbered(sick, 5).map(({ id }) => id));
      await eventually(async () => expect(await stoppedKeys(bus)).toEqual([]));
    });

    it('leaves a key stopped when its member goes, for the next member to try', async () => {
      const [first, second] = [await open(), await open()];
      const inbox = new Inbox();
      const membership = await inbox.join(first, 'g', topic, () => Promise.reject(new Error('not here')));
      await first.publish(numbered('k', 3));
      await eventually(async () => expect(await stoppedKeys(second)).toMatchObject([{ key: 'k', waiting: 3 }]));
      await membership.stop();
      await inbox.join(second, 'g', topic);
      await inbox.holds(3);
      expect(inbox.idsOf('k')).toEqual(['k-0', 'k-1', 'k-2']);
    });

    it('goes on without a message that an operator gives up, and only that one', async () => {
      const bus = await open();
      const inbox = new Inbox();
      await inbox.join(bus, 'g', topic, async (messages) => {
        if (messages.some(({ id }) => id === 'k-1')) throw new Error('indigestible');
      });
      await bus.publish(numbered('k', 4));
      const name = { group: 'g', topic, key: 'k' };
      await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ messageId: 'k-1', waiting: 3 }]));
      await expect(bus.giveUpMessage({ ...name, messageId: 'k-2' })).resolves.toBe(false);
      await expect(bus.giveUpMessage({ ...name, messageId: 'k-1' })).resolves.toBe(true);
      await inbox.holds(3);
      expect(inbox.idsOf('k')).toEqual(['k-0', 'k-2', 'k-3']);
      await eventually(async () => expect(await stoppedKeys(bus)).toEqual([]));
      await expect(bus.retryStoppedKey(name)).resolves.toBe(false);
    });

    it('waits, and stops no key, while a handler says that what it needs is not there', async () => {
      const bus = await open();
      const inbox = new Inbox();
      let failures = 0;
      await inbox.join(bus, 'g', topic, async () => {
        if (failures++ < 8) throw new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'the database is down' });
        expect(await stoppedKeys(bus)).toEqual([]);
      });
      await bus.publish(numbered('k', 3));
      await inbox.holds(3);
      expect(inbox.idsOf('k')).toEqual(['k-0', 'k-1', 'k-2']);
    });

    it('tells how far each group is behind', async () => {
      const bus = await open();
      const inbox = new Inbox();
      const lags = async () => (await bus.status()).groups.filter((group) => group.topic === topic).map(({ group, behind }) => [group, behind > 0]);
      let held = true;
      const away = await new Inbox().join(bus, 'away', topic);
      await away.stop();
      await inbox.join(bus, 'here', topic, async () => {
        if (held) throw new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'not yet' });
      });
      await bus.publish(numbered('k', 3));
      await eventually(async () => expect(await lags()).toEqual([['away', true], ['here', true]]));
      held = false;
      await inbox.holds(3);
      await eventually(async () => expect(await lags()).toEqual([['away', true], ['here', false]]));
    });

    it('makes a copy anew from all it keeps: a group that is forgotten begins again, with nothing stopped', async () => {
      const bus = await open();
      const inbox = new Inbox();
      const membership = await inbox.join(bus, 'g', topic, async (messages) => {
        if (messages.some(({ id }) => id === 'k-1')) throw new Error('indigestible');
      });
      await bus.publish(numbered('k', 3));
      await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ waiting: 2 }]));
      await membership.stop();
      const copy: string[] = ['left over'];
      const group = { group: 'g', topics: [topic], onMessages: async (messages: readonly BusMessage[]) => void copy.push(...messages.map(({ id }) => id)) };
      await rebuildCopy(bus, { ...group, empty: async () => void copy.splice(0) });
      expect(copy).toEqual(['k-0', 'k-1', 'k-2']);
      expect(await stoppedKeys(bus)).toEqual([]);
      const broken = { ...group, onMessages: () => Promise.reject(new Error('never')), empty: async () => undefined };
      await expect(rebuildCopy(bus, broken)).rejects.toThrow('never');
    });

    it('has a name, the same for everybody who opens it', async () => {
      const [one, other] = [await open(), await open()];
      expect(await one.identity()).toBe(await other.identity());
      expect(await one.identity()).toMatch(/^(postgres|kafka):./);
    });

    it('does not let a group that fails hold up another group', async () => {
      const bus = await open();
      const [sick, well] = [new Inbox(), new Inbox()];
      await sick.join(bus, 'sick', topic, () => Promise.reject(new Error('not today')));
      await well.join(bus, 'well', topic);
      await bus.publish(numbered('k', 5));
      await well.holds(5);
      expect(sick.messages).toEqual([]);
    });

    it('shares the work between the members of a group without breaking the order of a key', async () => {
      const inbox = new Inbox();
      const servedBy = new Map<EventBus, number>();
      const together = meeting(2);
      for (const bus of [await open(), await open()]) {
        await inbox.join(bus, 'g', topic, async () => {
          const served = servedBy.get(bus) ?? 0;
          servedBy.set(bus, served + 1);
          // Each member's first batch is held until the other member has one too: one alone could not finish.
          if (served === 0) await together.arrive();
        });
      }
      const keys = Array.from({ length: 64 }, (_, i) => `key-${i}`);
      for (let round = 0; round < 5; round++) await opened[0]!.publish(keys.map((key) => message(key, `${key}-${round}`)));
      await inbox.holds(keys.length * 5);
      expect(servedBy.size).toBe(2);
      for (const key of keys) expect(inbox.idsOf(key)).toEqual(numbered(key, 5).map(({ id }) => id));
    });

    it('never hands over messages of a key while the ones before them are still being handled', async () => {
      const inbox = new Inbox();
      let inside = 0;
      let most = 0;
      for (const bus of [await open(), await open(), await open()]) {
        await inbox.join(bus, 'g', topic, async () => {
          most = Math.max(most, ++inside);
          await delay(1);
          inside--;
        });
      }
      for (let i = 0; i < 30; i++) await opened[i % 3]!.publish([message('k', `k-${i}`)]);
      await inbox.holds(30);
      expect(most).toBe(1);
      expect(inbox.idsOf('k')).toEqual(numbered('k', 30).map(({ id }) => id));
    });

    it('waits for the running handler when it stops, keeps its progress and hands nothing over afterwards', async () => {
      const bus = await open();
      const inbox = new Inbox();
      const entered = meeting(2);
      const leave = meeting(2);
      const membership = await inbox.join(bus, 'g', topic, async () => {
        await entered.arrive();
        await leave.arrive();
      });
      await bus.publish([message('k', 'k-0')]);
      await entered.arrive();
      let stopped = false;
      const stopping = membership.stop().then(() => (stopped = true));
      await bus.publish([message('k', 'k-1')]);
      expect(stopped).toBe(false);
      await leave.arrive();
      await stopping;
      expect(inbox.idsOf('k')).toEqual(['k-0']);
      const successor = new Inbox();
      await successor.join(bus, 'g', topic);
      await successor.holds(1);
      expect(successor.idsOf('k')).toEqual(['k-1']);
    });

    it('lets another member carry on when one closes', async () => {
      const inbox = new Inbox();
      const [leaving, staying] = [await open(), await open()];
      await inbox.join(leaving, 'g', topic);
      await inbox.join(staying, 'g', topic);
      await staying.publish(numbered('k', 3));
      await inbox.holds(3);
      await leaving.close();
      await staying.publish(numbered('k', 3, 3));
      await inbox.holds(6);
      expect(inbox.idsOf('k')).toEqual(numbered('k', 6).map(({ id }) => id));
    });

    it('goes on by itself after its connections were cut', async () => {
      const bus = await open();
      const inbox = new Inbox();
      await inbox.join(bus, 'g', topic);
      await bus.publish(numbered('k', 2));
      await inbox.holds(2);
      await subject.interrupt();
      await publishedAtLast(bus, numbered('k', 2, 2));
      await inbox.seesAll(['k-0', 'k-1', 'k-2', 'k-3']);
    });

    it('ends when it is closed, and may be closed again', async () => {
      const bus = await open();
      await new Inbox().join(bus, 'g', topic);
      await bus.close();
      await bus.close();
      await expect(bus.publish([message('k', 'late')])).rejects.toThrow();
    });
  });
}

/** What the handlers of a test have handled, in order. */
class Inbox {
  readonly messages: BusMessage[] = [];
  private changed: () => void = () => undefined;

  join(bus: EventBus, group: string, topic: string, before: (messages: readonly BusMessage[]) => Promise<void> = async () => undefined): Promise<Consumption> {
    const onMessages = async (messages: readonly BusMessage[]): Promise<void> => {
      await before(messages);
      this.messages.push(...messages);
      this.changed();
    };
    return bus.consume({ group, topics: [topic], onMessages });
  }

  idsOf(key: string): string[] {
    return this.messages.filter((message) => message.key === key).map(({ id }) => id);
  }

  async holds(count: number): Promise<void> {
    await this.until(() => this.messages.length >= count, `${count} messages`);
    expect(this.messages).toHaveLength(count);
  }

  seesAll(ids: readonly string[]): Promise<void> {
    return this.until(() => ids.every((id) => this.messages.some((message) => message.id === id)), ids.join(', '));
  }

  private async until(reached: () => boolean, wanted: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    while (!reached()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Waited in vain for ${wanted}; the inbox holds ${this.messages.map(({ id }) => id).join(', ')}.`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.changed = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}

/** Everybody waits until the given number has arrived. */
function meeting(size: number): { arrive(): Promise<void> } {
  let open: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (open = resolve));
  let arrived = 0;
  return {
    arrive() {
      if (++arrived >= size) open();
      return all;
    },
  };
}

/** Repeats a check until it holds; fails with its last complaint when it never does. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLISECONDS; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}

/** Publishing may fail while connections are cut; what a publisher does then is to try again. */
async function publishedAtLast(bus: EventBus, messages: readonly BusMessage[]): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLISECONDS; ; ) {
    try {
      return await bus.publish(messages);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}
