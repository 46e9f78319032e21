import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { deliver, type Delivered } from '../delivery/deliver.js';
import { retryStoppedKey, type DeadLetter } from '../delivery/retry-stopped-key.js';
import { park, partitionsWithDueKeys, readDueKeys, readStopped, waitingIn, type Partition, type PositionedMessage } from '../delivery/stopped-keys.js';
import { Doorbell } from '../doorbell.js';
import type { ConsumeOptions } from '../event-bus.js';
import { retryDelay, type RetryPolicy } from '../retry-policy.js';
import { fromRecord } from './kafka-record.js';
import type { KafkaTopics } from './kafka-topics.js';

const LARGEST_BATCH = { messages: 128, bytes: 4 * 1024 * 1024 };
const FETCH = { maxBytesPerPartition: 1024 * 1024, maxBytes: 8 * 1024 * 1024, maxWaitTimeInMs: 500 };
const GROUP = { sessionTimeout: 10_000, rebalanceTimeout: 60_000, heartbeatInterval: 1_000 };
const REJOIN_MILLISECONDS = { first: 200, cap: 5_000 };
/** A service starts without its broker: it joins when the broker is there. */
const FIRST_JOIN_MILLISECONDS = 15_000;
const LOOK_FOR_DUE_KEYS_MILLISECONDS = 1_000;
const KEYS_A_TURN = 16;

export interface KafkaConsumerOptions extends ConsumeOptions {
  readonly kafka: Kafka;
  readonly topicNames: KafkaTopics;
  /** The broker's name of the group. */
  readonly groupId: string;
  /** Keeps the keys that are stopped and what waits behind them. */
  readonly db: Pool;
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  readonly onDeadLetter: (letter: DeadLetter) => Promise<void>;
}

/**
 * A member of a group. The broker assigns its partitions; their offsets are kept with the broker, after the handler has
 * ended. A session with the broker that breaks is followed by a new one.
 */
export class KafkaConsumer {
  private readonly stopped = new AbortController();
  private readonly bell = new Doorbell();
  /** One handler at a time: the batches' and the stopped keys'. */
  private turn: Promise<unknown> = Promise.resolve();
  private assigned: ReadonlySet<string> = new Set();
  /** Failures in a row of partitions that wait for what their handler needs. */
  private readonly waits = new Map<string, number>();
  private readonly finished: Promise<unknown>;
  private joinedOnce: () => void = () => undefined;
  readonly joined = new Promise<void>((resolve) => (this.joinedOnce = resolve));

  constructor(private readonly options: KafkaConsumerOptions) {
    this.finished = Promise.all([this.run(), this.retryStoppedKeys()]);
  }

  /** Resolves when it is a member, or when waiting for that has taken long enough. */
  async start(): Promise<void> {
    const late = await Promise.race([this.joined.then(() => false), delay(FIRST_JOIN_MILLISECONDS, true, { signal: this.stopped.signal, ref: false }).catch(() => false)]);
    if (late) this.options.logger.warn({ group: this.options.group }, 'the event bus cannot be joined yet; it will be as soon as it is there');
  }

  consumes(topic: string): boolean {
    return this.options.topics.includes(topic);
  }

  /** Has stopped keys looked at now. */
  wake(): void {
    this.bell.ring();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.bell.ring();
    // Before the group is left: what the running handler has done is to be kept.
    await this.turn;
    await this.finished;
  }

  private get stopping(): boolean {
    return this.stopped.signal.aborted;
  }

  private async run(): Promise<void> {
    let wait = REJOIN_MILLISECONDS.first;
    while (!this.stopping) {
      try {
        await this.session(() => (wait = REJOIN_MILLISECONDS.first));
      } catch (error) {
        if (this.stopping) return;
        this.options.logger.warn({ err: error, group: this.options.group, retry_in_ms: wait }, 'the bus cannot be read at the moment');
        await this.pause(wait);
        wait = Math.min(wait * 2, REJOIN_MILLISECONDS.cap);
      }
    }
  }

  /** A membership, until it breaks or is to end. */
  private async session(onJoin: () => void): Promise<void> {
    const { kafka, topicNames, topics, groupId, logger } = this.options;
    await topicNames.ensure(topics);
    const consumer = kafka.consumer({ groupId, ...FETCH, ...GROUP, allowAutoTopicCreation: false, retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false } });
    const broken = new Promise<never>((_, reject) => consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error)));
    broken.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.assigned = new Set(Object.entries(payload.memberAssignment).flatMap(([name, partitions]) => partitions.map((partition) => `${name}/${partition}`)));
      // Before anything is handed over: no batch's offset may be overwritten.
      void this.inTurn(() => this.startFromTheBeginning(consumer, payload.memberAssignment))
        .catch((error: unknown) => logger.debug({ err: error, groupId }, 'where the group begins could not be kept'))
        .finally(() => this.joinedOnce());
      onJoin();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: topics.map((topic) => topicNames.nameOf(topic)), fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 1, eachBatch: (payload) => this.eachBatch(payload) });
      await Promise.race([broken, this.stopAsked()]);
    } finally {
      this.assigned = new Set();
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Keeps where a new group stands before it has handled anything, so that it is known, and what it has to read is not deleted. */
  private async startFromTheBeginning(consumer: Consumer, assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const { topicNames, groupId } = this.options;
    const names = Object.keys(assignment);
    if (names.length === 0 || this.stopping) return;
    const beginnings = await topicNames.withAdmin(async (admin) => {
      const committed = await admin.fetchOffsets({ groupId, topics: names });
      const news = committed.flatMap(({ topic, partitions }) => partitions.filter(({ partition, offset }) => offset === '-1' && assignment[topic]?.includes(partition)).map(({ partition }) => ({ topic, partition })));
      const lows = new Map<string, string>();
      for (const topic of new Set(news.map((one) => one.topic))) for (const { partition, low } of await admin.fetchTopicOffsets(topic)) lows.set(`${topic}/${partition}`, low);
      return news.map(({ topic, partition }) => ({ topic, partition, offset: lows.get(`${topic}/${partition}`) ?? '0' }));
    });
    if (beginnings.length > 0) await consumer.commitOffsets(beginnings);
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, isRunning, isStale } = payload;
    const topic = this.options.topicNames.topicOf(batch.topic);
    if (topic === undefined) return;
    const partition: Partition = { group: this.options.group, topic, partition: batch.partition };
    const messages = batch.messages.map((record) => fromRecord(topic, record));
    for (const portion of portions(messages)) {
      if (this.stopping || !isRunning() || isStale()) return;
      const goOn = await this.inTurn(() => this.serve(partition, portion, payload));
      if (!goOn) return;
    }
  }

  /** Hands a portion over and keeps the offset; whether the next portion may follow. */
  private async serve(partition: Partition, portion: readonly PositionedMessage[], payload: EachBatchPayload): Promise<boolean> {
    if (this.stopping) return false;
    // A handler may take longer than the broker waits for a sign of life.
    let rebalancing: unknown;
    const beat = setInterval(() => void payload.heartbeat().catch((error: unknown) => (rebalancing = error)), GROUP.heartbeatInterval);
    let delivered: Delivered<PositionedMessage>;
    try {
      delivered = await this.deliver(partition, portion);
    } catch (error) {
      // What is stopped cannot be read or kept: the database is away.
      delivered = { done: 0, parked: [], waits: { reason: 'outage', error } };
    } finally {
      clearInterval(beat);
    }
    const last = portion[delivered.done - 1];
    if (last !== undefined) {
      payload.resolveOffset(last.position);
      const uncommitted = payload.uncommittedOffsets();
      await payload.commitOffsetsIfNecessary(uncommitted);
    }
    if (delivered.waits !== undefined) await this.waitAndResume(partition, delivered.waits, payload.pause);
    else this.waits.delete(`${partition.topic}/${partition.partition}`);
    if (rebalancing !== undefined) throw rebalancing as Error;
    return delivered.done === portion.length;
  }

  private async deliver(partition: Partition, portion: readonly PositionedMessage[]): Promise<Delivered<PositionedMessage>> {
    const { db, onMessages, retry, logger } = this.options;
    const delivered = await deliver(portion, {
      onMessages,
      ...(await readStopped(db, partition)),
      retry,
      pause: (milliseconds) => this.pause(milliseconds),
      interrupted: () => this.stopping,
    });
    if (delivered.parked.length > 0) {
      await park(db, partition, delivered.parked, retryDelay(retry, retry.triesOnTheSpot), retry.triesOnTheSpot);
      this.wakeAfter(retryDelay(retry, retry.triesOnTheSpot));
      for (const { positioned, error } of delivered.parked) {
        if (error === undefined) continue;
        logger.error({ err: error, ...partition, key: positioned.message.key, id: positioned.message.id }, 'a message could not be handled and stops its key; other keys go on');
      }
    }
    return delivered;
  }

  /** What was not resolved is fetched again: at once after a short wait, or once the partition is resumed. */
  private async waitAndResume(partition: Partition, waits: NonNullable<Delivered<never>['waits']>, pause: () => () => void): Promise<void> {
    const name = `${partition.topic}/${partition.partition}`;
    const failures = (this.waits.get(name) ?? 0) + 1;
    this.waits.set(name, failures);
    const retryMilliseconds = retryDelay(this.options.retry, failures);
    this.options.logger.warn({ err: waits.error, ...partition, failures, retry_in_ms: retryMilliseconds, waits_for: waits.reason }, 'a partition waits and will be tried again');
    if (retryMilliseconds <= FETCH.maxWaitTimeInMs) return this.pause(retryMilliseconds);
    const resume = pause();
    void this.pause(retryMilliseconds).then(() => {
      if (!this.stopping) resume();
    });
  }

  private async retryStoppedKeys(): Promise<void> {
    const { db, group, topics, topicNames, logger } = this.options;
    while (!this.stopping) {
      try {
        for (const partition of await partitionsWithDueKeys(db, group, topics)) {
          const name = `${topicNames.nameOf(partition.topic)}/${partition.partition}`;
          if (this.assigned.has(name)) await this.inTurn(() => this.retryKeysOf(partition, name));
        }
      } catch (error) {
        logger.warn({ err: error, group }, 'stopped keys cannot be looked at at the moment');
      }
      await this.bell.wait(LOOK_FOR_DUE_KEYS_MILLISECONDS);
    }
  }

  private async retryKeysOf(partition: Partition, name: string): Promise<void> {
    const { db, onMessages, retry, logger, onDeadLetter } = this.options;
    for (const key of await readDueKeys(db, partition, KEYS_A_TURN)) {
      if (this.stopping || !this.assigned.has(name)) return;
      this.wakeAfter(await retryStoppedKey(waitingIn(db), key, { onMessages, retry, logger, onDeadLetter }));
    }
  }

  /** Sooner than the next look, for what is to be tried again sooner. */
  private wakeAfter(milliseconds: number | undefined): void {
    if (milliseconds !== undefined && milliseconds < LOOK_FOR_DUE_KEYS_MILLISECONDS) void this.pause(milliseconds).then(() => this.bell.ring());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }

  private stopAsked(): Promise<void> {
    const { signal } = this.stopped;
    return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  }
}

/** Cuts what was fetched into batches of bounded number and size. */
function* portions(messages: readonly PositionedMessage[]): Generator<readonly PositionedMessage[]> {
  let portion: PositionedMessage[] = [];
  let bytes = 0;
  for (const positioned of messages) {
    if (portion.length === LARGEST_BATCH.messages || (portion.length > 0 && bytes >= LARGEST_BATCH.bytes)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(positioned);
    bytes += positioned.message.payload.length;
  }
  if (portion.length > 0) yield portion;
}
