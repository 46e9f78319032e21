import { randomUUID } from 'node:crypto';
import type { BusMessage, EventBus } from '../event-bus.js';
import type { BusUnderTest } from './event-bus-contract.js';

/** The bus that is tested, and for each test a topic of its own and the connections that it opened. */
export class ContractRun {
  topic = '';
  opened: EventBus[] = [];
  private subject: BusUnderTest | undefined;

  constructor(private readonly startSubject: () => Promise<BusUnderTest>) {}

  async start(): Promise<void> {
    this.subject = await this.startSubject();
  }

  async stop(): Promise<void> {
    await this.subject?.stop();
  }

  beginTest(): void {
    this.opened = [];
    this.topic = `topic-${randomUUID()}`;
  }

  async endTest(): Promise<void> {
    await Promise.all(this.opened.map((bus) => bus.close()));
  }

  async open(): Promise<EventBus> {
    const bus = await this.started.open();
    this.opened.push(bus);
    return bus;
  }

  interrupt(): Promise<void> {
    return this.started.interrupt();
  }

  message(key: string, id: string): BusMessage {
    return { topic: this.topic, key, id, payload: Buffer.from(`payload of ${id}`) };
  }

  /** Messages `key-0`, `key-1` and so on. */
  numbered(key: string, count: number, from = 0): BusMessage[] {
    return Array.from({ length: count }, (_, i) => this.message(key, `${key}-${from + i}`));
  }

  private get started(): BusUnderTest {
    if (this.subject === undefined) throw new Error('The bus under test was not started.');
    return this.subject;
  }
}
