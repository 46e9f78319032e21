import type { Kafka, Producer } from 'kafkajs';
import { WindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import type { BusMessage } from '../event-bus.js';
import { requireCarriable, toRecord } from './kafka-record.js';
import type { KafkaTopics } from './kafka-topics.js';
import { createPartitioner } from './kafkajs-client.js';

// A producer that dies inside a transaction holds its partitions' readers back for so long, unless it comes back before.
const TRANSACTION_MILLISECONDS = 10_000;
const SEND_MILLISECONDS = 10_000;
/** One transaction carries so much; what is more waits for the next. */
const TOGETHER = { messages: 2_000, bytes: 8 * 1024 * 1024 };
/** More may not wait. */
const WAITING_BYTES = 64 * 1024 * 1024;

interface Publication {
  readonly messages: readonly BusMessage[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Publishes in transactions, which is what makes a call all or nothing. The transactional id is the publisher's name: a new
 * process under the name ends what an older one left half done and keeps it from ever publishing again, so an old message
 * cannot turn up behind newer ones. Calls that come while a transaction runs share the next one.
 */
export class KafkaPublisher {
  private readonly waiting: Publication[] = [];
  private waitingBytes = 0;
  private working: Promise<void> | undefined;
  private producer: Producer | undefined;
  private closed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: KafkaTopics,
    private readonly transactionalId: string,
    private readonly logger: Logger,
  ) {}

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length === 0) return;
    if (this.closed) throw new Error('The bus is closed.');
    messages.forEach(requireCarriable);
    messages.forEach(({ topic }) => this.topics.nameOf(topic));
    const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0);
    if (this.waitingBytes + bytes > WAITING_BYTES && this.waitingBytes > 0) throw full();
    this.waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ messages, bytes, resolve, reject });
      this.working ??= this.work().finally(() => (this.working = undefined));
    });
  }

  /** Publishes what waits, then lets go of the connection. */
  async close(): Promise<void> {
    this.closed = true;
    await this.working;
    await this.dropProducer();
  }

  private async work(): Promise<void> {
    for (let together = this.take(); together.length > 0; together = this.take()) {
      try {
        await this.send(together.flatMap(({ messages }) => messages));
        together.forEach(({ resolve }) => resolve());
      } catch (error) {
        // One call's messages may be what the broker refuses; the others' are not.
        if (together.length > 1 && !isGone(error)) for (const alone of together) await this.send(alone.messages).then(alone.resolve, alone.reject);
        else together.forEach(({ reject }) => reject(error));
      }
    }
  }

  private take(): Publication[] {
    const taken: Publication[] = [];
    for (let messages = 0, bytes = 0; this.waiting[0] !== undefined; ) {
      const next = this.waiting[0];
      messages += next.messages.length;
      bytes += next.bytes;
      if (taken.length > 0 && (messages > TOGETHER.messages || bytes > TOGETHER.bytes)) break;
      this.waiting.shift();
      this.waitingBytes -= next.bytes;
      taken.push(next);
    }
    return taken;
  }

  private async send(messages: readonly BusMessage[]): Promise<void> {
    const byTopic = new Map<string, BusMessage[]>();
    for (const message of messages) byTopic.set(message.topic, [...(byTopic.get(message.topic) ?? []), message]);
    try {
      await this.topics.ensure(byTopic.keys());
      const producer = (this.producer ??= await this.newProducer());
      const transaction = await producer.transaction();
      await transaction.sendBatch({
        acks: -1,
        timeout: SEND_MILLISECONDS,
        topicMessages: [...byTopic].map(([topic, its]) => ({ topic: this.topics.nameOf(topic), messages: its.map(toRecord) })),
      });
      await transaction.commit();
    } catch (error) {
      // What became of the transaction is not known. A producer that comes anew under the same name ends it, one way or the
      // other, before it publishes; this one's numbering of messages could make the broker drop others as repeated.
      await this.dropProducer();
      this.topics.forget(byTopic.keys());
      throw error;
    }
  }

  private async newProducer(): Promise<Producer> {
    const producer = this.kafka.producer({
      transactionalId: this.transactionalId,
      transactionTimeout: TRANSACTION_MILLISECONDS,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner,
      allowAutoTopicCreation: false,
      // Right after a transaction the broker is not quite done with it, for some milliseconds, and says so to the next one.
      retry: { initialRetryTime: 4, maxRetryTime: 1_000, retries: 8 },
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return producer;
  }

  private async dropProducer(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.disconnect().catch((error: unknown) => this.logger.debug({ err: error }, 'a producer could not be disconnected'));
  }
}

/** Whether the broker was not reached, so that sending less would not help. */
function isGone(error: unknown): boolean {
  const name = (error as { name?: unknown }).name;
  return typeof name === 'string' && /Connection|NumberOfRetriesExceeded|BrokerNotFound|RequestTimeout|NoBroker/.test(name);
}

function full(): WindlassError {
  return new WindlassError({
    kind: 'unavailable',
    reason: 'BUS_FULL',
    code: '0503',
    message: `More than ${WAITING_BYTES} bytes wait to be published, since the broker does not take them. They are to be published again later.`,
  });
}
