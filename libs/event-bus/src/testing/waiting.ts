import { setTimeout as delay } from 'node:timers/promises';
import type { BusMessage, EventBus } from '../event-bus.js';

/** How long a test waits for what must come. */
export const PATIENCE_MILLISECONDS = 30_000;

/** Everybody waits until the given number has arrived. */
export function meeting(size: number): { arrive(): Promise<void> } {
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
export async function eventually(check: () => Promise<void>): Promise<void> {
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
export async function publishedAtLast(bus: EventBus, messages: readonly BusMessage[]): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLISECONDS; ; ) {
    try {
      return await bus.publish(messages);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}
