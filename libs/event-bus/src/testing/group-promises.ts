import { setTimeout as delay } from 'node:timers/promises';
import { WindlassError } from '@windlass/errors';
import type { EventBus } from '../event-bus.js';
import type { ContractRun } from './contract-run.js';
import { Inbox } from './inbox.js';
import { eventually, meeting } from './waiting.js';

/** Groups are independent of each other, and the members of one share its work. */
export function groupPromises(run: ContractRun): void {
  it('starts a new group at the beginning and continues a known one where it stopped', async () => {
    const bus = await run.open();
    await bus.publish(run.numbered('k', 3));
    const first = new Inbox();
    const membership = await first.join(bus, 'g', run.topic);
    await first.holds(3);
    await membership.stop();
    await bus.publish(run.numbered('k', 2, 3));
    const second = new Inbox();
    await second.join(bus, 'g', run.topic);
    await second.holds(2);
    expect(second.idsOf('k')).toEqual(['k-3', 'k-4']);
    const newcomer = new Inbox();
    await newcomer.join(bus, 'newcomer', run.topic);
    await newcomer.holds(5);
    expect(newcomer.idsOf('k')).toEqual(run.numbered('k', 5).map(({ id }) => id));
  });

  it('hands a group only the topics it asked for', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    await inbox.join(bus, 'g', run.topic);
    await bus.publish([{ ...run.message('k', 'elsewhere'), topic: `${run.topic}-other` }, run.message('k', 'here')]);
    await inbox.holds(1);
    expect(inbox.idsOf('k')).toEqual(['here']);
  });

  it('tells how far each group is behind', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    const lags = async () => (await bus.status()).groups.filter((group) => group.topic === run.topic).map(({ group, behind }) => [group, behind > 0]);
    let held = true;
    const away = await new Inbox().join(bus, 'away', run.topic);
    await away.stop();
    await inbox.join(bus, 'here', run.topic, async () => {
      if (held) throw new WindlassError({ kind: 'unavailable', reason: 'DOWN', code: 'TEST', message: 'not yet' });
    });
    await bus.publish(run.numbered('k', 3));
    await eventually(async () => expect(await lags()).toEqual([['away', true], ['here', true]]));
    held = false;
    await inbox.holds(3);
    await eventually(async () => expect(await lags()).toEqual([['away', true], ['here', false]]));
  });

  it('does not let a group that fails hold up another group', async () => {
    const bus = await run.open();
    const [sick, well] = [new Inbox(), new Inbox()];
    await sick.join(bus, 'sick', run.topic, () => Promise.reject(new Error('not today')));
    await well.join(bus, 'well', run.topic);
    await bus.publish(run.numbered('k', 5));
    await well.holds(5);
    expect(sick.messages).toEqual([]);
  });

  it('shares the work between the members of a group without breaking the order of a key', async () => {
    const inbox = new Inbox();
    const servedBy = new Map<EventBus, number>();
    const together = meeting(2);
    for (const bus of [await run.open(), await run.open()]) {
      await inbox.join(bus, 'g', run.topic, async () => {
        const served = servedBy.get(bus) ?? 0;
        servedBy.set(bus, served + 1);
        // Each member's first batch is held until the other member has one too: one alone could not finish.
        if (served === 0) await together.arrive();
      });
    }
    const keys = Array.from({ length: 64 }, (_, i) => `key-${i}`);
    for (let round = 0; round < 5; round++) await run.opened[0]!.publish(keys.map((key) => run.message(key, `${key}-${round}`)));
    await inbox.holds(keys.length * 5);
    expect(servedBy.size).toBe(2);
    for (const key of keys) expect(inbox.idsOf(key)).toEqual(run.numbered(key, 5).map(({ id }) => id));
  });

  it('never hands over messages of a key while the ones before them are still being handled', async () => {
    const inbox = new Inbox();
    let inside = 0;
    let most = 0;
    for (const bus of [await run.open(), await run.open(), await run.open()]) {
      await inbox.join(bus, 'g', run.topic, async () => {
        most = Math.max(most, ++inside);
        await delay(1);
        inside--;
      });
    }
    for (let i = 0; i < 30; i++) await run.opened[i % 3]!.publish([run.message('k', `k-${i}`)]);
    await inbox.holds(30);
    expect(most).toBe(1);
    expect(inbox.idsOf('k')).toEqual(run.numbered('k', 30).map(({ id }) => id));
  });

  it('waits for the running handler when it stops, keeps its progress and hands nothing over afterwards', async () => {
    const bus = await run.open();
    const inbox = new Inbox();
    const entered = meeting(2);
    const leave = meeting(2);
    const membership = await inbox.join(bus, 'g', run.topic, async () => {
      await entered.arrive();
      await leave.arrive();
    });
    await bus.publish([run.message('k', 'k-0')]);
    await entered.arrive();
    let stopped = false;
    const stopping = membership.stop().then(() => (stopped = true));
    await bus.publish([run.message('k', 'k-1')]);
    expect(stopped).toBe(false);
    await leave.arrive();
    await stopping;
    expect(inbox.idsOf('k')).toEqual(['k-0']);
    const successor = new Inbox();
    await successor.join(bus, 'g', run.topic);
    await successor.holds(1);
    expect(successor.idsOf('k')).toEqual(['k-1']);
  });

  it('lets another member carry on when one closes', async () => {
    const inbox = new Inbox();
    const [leaving, staying] = [await run.open(), await run.open()];
    await inbox.join(leaving, 'g', run.topic);
    await inbox.join(staying, 'g', run.topic);
    await staying.publish(run.numbered('k', 3));
    await inbox.holds(3);
    await leaving.close();
    await staying.publish(run.numbered('k', 3, 3));
    await inbox.holds(6);
    expect(inbox.idsOf('k')).toEqual(run.numbered('k', 6).map(({ id }) => id));
  });
}
