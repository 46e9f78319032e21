import { WindlassError } from '@windlass/errors';
import type { BusMessage, BusStatus, EventBus } from '../event-bus.js';
import { partitionOf } from '../partition-of.js';
import { rebuildCopy } from '../rebuild-copy.js';
import type { ContractRun } from './contract-run.js';
import { Inbox } from './inbox.js';
import { eventually } from './waiting.js';

/** What becomes of a message that cannot be handled, and of those behind it. */
export function stoppedKeyPromises(run: ContractRun): void {
  /** Two keys of one partition, so that one is in the way of the other. */
  const neighbours = (): [string, string] => {
    const others = Array.from({ length: 100 }, (_, i) => `neighbour-${i}`);
    return ['sick', others.find((key) => partitionOf(key) === partitionOf('sick'))!];
  };
  const stoppedKeys = async (bus: EventBus): Promise<BusStatus['stoppedKeys']> => (await bus.status()).stoppedKeys.filter((stopped) => stopped.topic === run.topic);

  it('stops only the key of a message that cannot be handled, tells why, and goes on with that key in order once it can be', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    const [sick, well] = neighbours();
    let mended = false;
    await inbox.join(bus, 'g', run.topic, async (messages) => {
      if (!mended && messages.some(({ id }) => id === 'sick-1')) throw new Error('indigestible');
    });
    await bus.publish([...run.numbered(sick, 3), ...run.numbered(well, 3)]);
    await bus.publish([...run.numbered(sick, 2, 3), ...run.numbered(well, 2, 3)]);
    await inbox.seesAll(run.numbered(well, 5).map(({ id }) => id));
    expect(inbox.idsOf(sick)).toEqual(['sick-0']);
    await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ group: 'g', key: sick, messageId: 'sick-1', error: 'Error: indigestible', waiting: 4 }]));
    await eventually(async () => expect((await stoppedKeys(bus))[0]?.failures).toBeGreaterThan(4));
    mended = true;
    await inbox.holds(10);
    expect(inbox.idsOf(sick)).toEqual(run.numbered(sick, 5).map(({ id }) => id));
    await eventually(async () => expect(await stoppedKeys(bus)).toEqual([]));
  });

  it('leaves a key stopped when its member goes, for the next member to try', async () => {
    const [first, second] = [await run.open(), await run.open()];
    const inbox = new Inbox();
    const membership = await inbox.join(first, 'g', run.topic, () => Promise.reject(new Error('not here')));
    await first.publish(run.numbered('k', 3));
    await eventually(async () => expect(await stoppedKeys(second)).toMatchObject([{ key: 'k', waiting: 3 }]));
    await membership.stop();
    await inbox.join(second, 'g', run.topic);
    await inbox.holds(3);
    expect(inbox.idsOf('k')).toEqual(['k-0', 'k-1', 'k-2']);
  });

  it('goes on without a message that an operator gives up, and only that one', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    await inbox.join(bus, 'g', run.topic, async (messages) => {
      if (messages.some(({ id }) => id === 'k-1')) throw new Error('indigestible');
    });
    await bus.publish(run.numbered('k', 4));
    const name = { group: 'g', topic: run.topic, key: 'k' };
    await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ messageId: 'k-1', waiting: 3 }]));
    await expect(bus.giveUpMessage({ ...name, messageId: 'k-2' })).resolves.toBe(false);
    await expect(bus.giveUpMessage({ ...name, messageId: 'k-1' })).resolves.toBe(true);
    await inbox.holds(3);
    expect(inbox.idsOf('k')).toEqual(['k-0', 'k-2', 'k-3']);
    await eventually(async () => expect(await stoppedKeys(bus)).toEqual([]));
    await expect(bus.retryStoppedKey(name)).resolves.toBe(false);
  });

  it('waits, and stops no key, while a handler says that what it needs is not there', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    let failures = 0;
    await inbox.join(bus, 'g', run.topic, async () => {
      if (failures++ < 8) throw new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'the database is down' });
      expect(await stoppedKeys(bus)).toEqual([]);
    });
    await bus.publish(run.numbered('k', 3));
    await inbox.holds(3);
    expect(inbox.idsOf('k')).toEqual(['k-0', 'k-1', 'k-2']);
  });

  it('makes a copy anew from all it keeps: a group that is forgotten begins again, with nothing stopped', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    const membership = await inbox.join(bus, 'g', run.topic, async (messages) => {
      if (messages.some(({ id }) => id === 'k-1')) throw new Error('indigestible');
    });
    await bus.publish(run.numbered('k', 3));
    await eventually(async () => expect(await stoppedKeys(bus)).toMatchObject([{ waiting: 2 }]));
    await membership.stop();
    const copy: string[] = ['left over'];
    const group = { group: 'g', topics: [run.topic], onMessages: async (messages: readonly BusMessage[]) => void copy.push(...messages.map(({ id }) => id)) };
    await rebuildCopy(bus, { ...group, empty: async () => void copy.splice(0) });
    expect(copy).toEqual(['k-0', 'k-1', 'k-2']);
    expect(await stoppedKeys(bus)).toEqual([]);
    const broken = { ...group, onMessages: () => Promise.reject(new Error('never')), empty: async () => undefined };
    await expect(rebuildCopy(bus, broken)).rejects.toThrow('never');
  });
}
