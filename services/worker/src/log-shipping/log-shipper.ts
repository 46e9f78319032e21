import { randomUUID } from 'node:crypto';
import { LogBatch, type LogLine } from '@windlass/contracts/logs/v1/log_batch';
import type { BusMessage, EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { LogBuffer, type BatchLimits, type LogDestination } from './log-buffer.js';

export interface LogShipperOptions {
  readonly bus: Pick<EventBus, 'publish'>;
  readonly logger: Logger;
  /** Lines of one stream kept while they cannot be shipped. */
  readonly maxStreamBytes?: number;
  /** Lines of all streams together. */
  readonly maxBytes?: number;
  /** How long a line waits for others to travel with. */
  readonly flushMs?: number;
  /** How long `close` tries to ship the rest. */
  readonly closeMs?: number;
}

const TOPIC = 'logs.lines';
const BATCH: BatchLimits = { maxLines: 500, maxBytes: 256 * 1024 };
/** Batches of one publish: bounds what is in flight besides the buffers. */
const MAX_BATCHES = 32;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** Carries lines to the log service in batches. What cannot be published yet waits in bounded buffers, one per stream. */
export class LogShipper {
  private readonly buffers = new Map<string, LogBuffer>();
  private readonly options: Required<LogShipperOptions>;
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private shipping: Promise<void> | undefined;
  private giveUpAt = Infinity;
  private wakeFromRetry: () => void = () => undefined;

  constructor(options: LogShipperOptions) {
    this.options = { maxStreamBytes: 4 * 1024 * 1024, maxBytes: 64 * 1024 * 1024, flushMs: 250, closeMs: 5_000, ...options };
  }

  /** Takes a line; a function without a log stream has none shipped. */
  add(destination: LogDestination, line: LogLine): void {
    if (destination.streamId === '') return;
    let buffer = this.buffers.get(destination.streamId);
    if (buffer === undefined) {
      buffer = new LogBuffer(destination, this.options.maxStreamBytes);
      this.buffers.set(destination.streamId, buffer);
    }
    const before = buffer.bytes;
    buffer.add(line);
    this.bytes += buffer.bytes - before;
    if (this.bytes > this.options.maxBytes) this.dropFromTheFullest();
    if (buffer.length >= BATCH.maxLines || buffer.bytes >= BATCH.maxBytes) this.ship();
    else this.timer ??= setTimeout(() => this.ship(), this.options.flushMs);
  }

  /** Ships what is left, within its bound, and takes no rest: lines added later are lost. */
  async close(): Promise<void> {
    this.giveUpAt = Date.now() + this.options.closeMs;
    this.wakeFromRetry();
    do {
      this.ship();
      await this.shipping;
    } while (this.bytes > 0 && Date.now() < this.giveUpAt);
    clearTimeout(this.timer);
    const lost = [...this.buffers.values()].reduce((sum, buffer) => sum + buffer.length, 0);
    if (lost > 0) this.options.logger.error({ lines: lost }, 'function log lines could not be shipped before the end');
  }

  private ship(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.shipping ??= this.shipAll().finally(() => (this.shipping = undefined));
  }

  /** Many functions that write while nothing can be shipped share one bound; who wrote the most loses first. */
  private dropFromTheFullest(): void {
    const fullest = [...this.buffers.values()].reduce((a, b) => (a.bytes >= b.bytes ? a : b));
    while (this.bytes > this.options.maxBytes && fullest.length > 1) {
      const before = fullest.bytes;
      fullest.dropOldest();
      this.bytes += fullest.bytes - before;
    }
  }

  /** One publish at a time keeps the order of each stream. */
  private async shipAll(): Promise<void> {
    for (let messages = this.takeMessages(); messages.length > 0; messages = this.takeMessages()) {
      if (!(await this.publish(messages))) return;
    }
  }

  private takeMessages(): BusMessage[] {
    const messages: BusMessage[] = [];
    for (const [key, buffer] of this.buffers) {
      if (messages.length === MAX_BATCHES) break;
      if (buffer.empty) {
        this.buffers.delete(key);
        continue;
      }
      const before = buffer.bytes;
      const batch = buffer.take(randomUUID(), BATCH);
      this.bytes += buffer.bytes - before;
      messages.push({ topic: TOPIC, key, id: batch.batch_id, payload: LogBatch.encode(batch).finish() });
    }
    return messages;
  }

  /** Publishes until it works, so that nothing overtakes it; the repeated batch keeps its id. False when time is up. */
  private async publish(messages: readonly BusMessage[]): Promise<boolean> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        await this.options.bus.publish(messages);
        return true;
      } catch (error) {
        if (Date.now() + waitMs > this.giveUpAt) {
          this.options.logger.error({ err: error, batches: messages.length }, 'function log lines are lost');
          return false;
        }
        this.options.logger.warn({ err: error, retryInMs: waitMs }, 'function log lines wait for the event bus');
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
