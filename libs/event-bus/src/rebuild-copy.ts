import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumeOptions, EventBus } from './event-bus.js';

const LOOK_MILLISECONDS = 50;
const STANDSTILL_MILLISECONDS = 60_000;

/**
 * Makes a copy that a group of the bus keeps anew: the group is forgotten, the copy emptied, and everything the bus keeps is handed
 * over again until the group is behind nothing. Whoever keeps the copy must not run meanwhile. Fails when nothing moves for a
 * minute, and when a message stops a key, as the copy would then lack what waits.
 */
export async function rebuildCopy(bus: Pick<EventBus, 'consume' | 'forgetGroup' | 'status'>, options: ConsumeOptions & { readonly empty: () => Promise<void> }): Promise<void> {
  const { empty, ...consume } = options;
  const { group } = consume;
  await bus.forgetGroup(group);
  await empty();
  const consumption = await bus.consume(consume);
  try {
    let least = Infinity;
    for (let deadline = Date.now() + STANDSTILL_MILLISECONDS; ; await delay(LOOK_MILLISECONDS)) {
      const { groups, stoppedKeys } = await bus.status();
      const stopped = stoppedKeys.find((key) => key.group === group);
      if (stopped !== undefined) throw new Error(`The copy of ${group} cannot be made: ${stopped.error} (${stopped.topic}, ${stopped.key}, ${stopped.messageId})`);
      const own = groups.filter((lag) => lag.group === group);
      const behind = own.reduce((sum, lag) => sum + lag.behind, 0);
      if (own.length >= consume.topics.length && behind === 0) return;
      if (behind < least) deadline = Date.now() + STANDSTILL_MILLISECONDS;
      least = Math.min(least, behind);
      if (Date.now() > deadline) throw new Error(`The copy of ${group} is not complete: ${behind} messages are left and none was taken for ${STANDSTILL_MILLISECONDS / 1_000} s.`);
    }
  } finally {
    await consumption.stop();
  }
}
