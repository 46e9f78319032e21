import type { BusMessage, Consumption, EventBus } from '../event-bus.js';
import { PATIENCE_MILLISECONDS } from './waiting.js';

/** What the handlers of a test have handled, in order. */
export class Inbox {
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
