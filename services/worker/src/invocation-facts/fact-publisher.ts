import { randomUUID } from 'node:crypto';
import type { BusMessage, EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import type { FinishedRequest, FinishedRequests } from '../invocation/index.js';
import { FactBuffer } from './fact-buffer.js';
import { encodedBatch } from './invocation-batch.js';

export interface FactPublisherOptions {
  readonly bus: Pick<EventBus, 'publish'>;
  readonly logger: Logger;
  readonly workerId: string;
  /** Finished requests kept while they cannot be published. */
  readonly maxFacts?: number;
  readonly flushMs?: number;
  /** How long `close` tries to publish the rest. */
  readonly closeMs?: number;
}

export const INVOCATIONS_TOPIC = 'worker.invocations';
/** Of one publish: bounds what is in flight besides the buffer. */
const MAX_FUNCTIONS = 32;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Tells of finished requests on the bus, a batch for each function, once a second. Taking one in writes it behind the others; what a message
 * needs beyond them is worked out when it is sent.
 */
export class FactPublisher implements FinishedRequests {
  private readonly options: Required<FactPublisherOptions>;
  private readonly buffer: FactBuffer;
  private timer: NodeJS.Timeout | undefined;
  private publishing: Promise<void> | undefined;
  private giveUpAt = Infinity;
  private wakeFromRetry: () => void = () => undefined;

  constructor(options: FactPublisherOptions) {
    this.options = { maxFacts: 50_000, flushMs: 1_000, closeMs: 2_000, ...options };
    this.buffer = new FactBuffer(this.options.maxFacts);
  }

  finished(request: FinishedRequest): void {
    this.buffer.add(request);
    this.timer ??= setTimeout(() => this.flush(), this.options.flushMs);
  }

  /** Publishes what is left, within its bound. */
  async close(): Promise<void> {
    this.giveUpAt = Date.now() + this.options.closeMs;
    this.wakeFromRetry();
    do {
      this.flush();
      await this.publishing;
    } while (this.buffer.size > 0 && Date.now() < this.giveUpAt);
    clearTimeout(this.timer);
    if (this.buffer.size > 0) this.options.logger.error({ facts: this.buffer.size }, 'invocation facts could not be published before the end');
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One publish at a time keeps the order of each function.
    this.publishing ??= this.publishAll().finally(() => (this.publishing = undefined));
  }

  private async publishAll(): Promise<void> {
    while (this.buffer.size > 0) {
      const { workerId } = this.options;
      const messages = this.buffer.take(MAX_FUNCTIONS).map((facts): BusMessage => {
        const id = randomUUID();
        return { topic: INVOCATIONS_TOPIC, key: facts.spec.func_id, id, payload: encodedBatch(facts, { batchId: id, workerId }) };
      });
      if (!(await this.publish(messages))) return;
    }
  }

  /** Publishes until it works; the repeated batch keeps its id. False when time is up. */
  private async publish(messages: readonly BusMessage[]): Promise<boolean> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        await this.options.bus.publish(messages);
        return true;
      } catch (error) {
        if (Date.now() + waitMs > this.giveUpAt) {
          this.options.logger.error({ err: error, batches: messages.length }, 'invocation facts are lost');
          return false;
        }
        this.options.logger.warn({ err: error, retryInMs: waitMs }, 'invocation facts wait for the event bus');
        await this.pause(waitMs);
      }
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeFromRetry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
