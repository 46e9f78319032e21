import { Pool } from 'pg';
import type { Kafka } from 'kafkajs';
import type { Logger } from '@windlass/telemetry';
import type { DeadLetter } from '../delivery/retry-stopped-key.js';
import { keepRelayLag, listRelayLags } from '../delivery/relay-lags.js';
import { forgetStopped, giveUp, listStoppedKeys, retryNow } from '../delivery/stopped-keys.js';
import type { BusMessage, BusStatus, ConsumeOptions, Consumption, EventBus, GroupLag, RelayLag, StoppedKeyName } from '../event-bus.js';
import { prepareBusSchema } from '../postgres/bus-schema.js';
import { surviveLostConnections } from '../postgres/lost-connections.js';
import { DEFAULT_RETRY, type RetryPolicy } from '../retry-policy.js';
import { topicPolicy } from '../topics.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { KafkaTopics } from './kafka-topics.js';
import { kafkaClient } from './kafkajs-client.js';

export interface KafkaEventBusOptions {
  /** "host:port" of some brokers of the cluster; they tell of the others. */
  readonly brokers: readonly string[];
  /** Before the names of topics, groups and transactions, so that several platforms can share a cluster. "windlass" by default. */
  readonly prefix?: string;
  /**
   * Names who publishes here: nobody else may use the name at the same time. A process that takes the place of another takes
   * its name too.
   */
  readonly publisher: string;
  /** A PostgreSQL database for what Kafka has no place for: keys that are stopped, the messages that wait behind them, and what relays report. */
  readonly connectionString: string;
  readonly logger: Logger;
  /** As for PostgreSQL. */
  readonly retry?: Partial<RetryPolicy>;
}

/** Where dead letters are copied to, for whoever watches the broker. */
export const DEAD_LETTERS = 'dead-letters';
const PRUNE_INTERVAL_MILLISECONDS = 5 * 60_000;

/** The EventBus on an Apache Kafka cluster. */
export class KafkaEventBus implements EventBus {
  private readonly topics: KafkaTopics;
  private readonly publisher: KafkaPublisher;
  private readonly consumers = new Set<KafkaConsumer>();
  private readonly retry: RetryPolicy;
  private readonly prefix: string;
  private readonly pruning: NodeJS.Timeout;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly kafka: Kafka,
    private readonly pool: Pool,
    private readonly options: KafkaEventBusOptions,
  ) {
    this.prefix = options.prefix ?? 'windlass';
    this.retry = { ...DEFAULT_RETRY, ...options.retry };
    this.topics = new KafkaTopics(kafka, this.prefix);
    this.publisher = new KafkaPublisher(kafka, this.topics, `${this.prefix}.${options.publisher}`, options.logger);
    this.pruning = setInterval(() => {
      this.prune().catch((error: unknown) => options.logger.warn({ err: error }, 'old bus messages could not be deleted'));
    }, PRUNE_INTERVAL_MILLISECONDS).unref();
  }

  /** Needs the database, and no broker yet: a service starts while its broker is away. */
  static async open(options: KafkaEventBusOptions): Promise<KafkaEventBus> {
    const { connectionString, logger } = options;
    const pool = new Pool({ connectionString, max: 3, connectionTimeoutMillis: 10_000, statement_timeout: 30_000, keepAlive: true, application_name: 'windlass bus' });
    surviveLostConnections(pool, logger);
    try {
      await prepareBusSchema(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new KafkaEventBus(kafkaClient(options.brokers, logger), pool, options);
  }

  publish(messages: readonly BusMessage[]): Promise<void> {
    return this.publisher.publish(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    if (this.closing) throw new Error('The bus is closed.');
    const consumer = new KafkaConsumer({
      ...options,
      kafka: this.kafka,
      topicNames: this.topics,
      groupId: `${this.prefix}.${options.group}`,
      db: this.pool,
      retry: this.retry,
      logger: this.options.logger,
      onDeadLetter: (letter) => this.copyDeadLetter(letter),
    });
    this.consumers.add(consumer);
    await consumer.start();
    return {
      stop: async () => {
        await consumer.stop();
        this.consumers.delete(consumer);
      },
    };
  }

  async identity(): Promise<string> {
    const { clusterId } = await this.topics.withAdmin((admin) => admin.describeCluster());
    return `kafka:${clusterId}/${this.prefix}`;
  }

  reportRelay(lag: RelayLag): Promise<void> {
    return keepRelayLag(this.pool, lag);
  }

  async status(): Promise<BusStatus> {
    return { adapter: 'kafka', relays: await listRelayLags(this.pool), groups: await this.lags(), stoppedKeys: await listStoppedKeys(this.pool) };
  }

  async retryStoppedKey(name: StoppedKeyName): Promise<boolean> {
    return this.waking(name.topic, await retryNow(this.pool, name));
  }

  async giveUpMessage(name: StoppedKeyName & { readonly messageId: string }): Promise<boolean> {
    return this.waking(name.topic, await giveUp(this.pool, name));
  }

  async forgetGroup(group: string): Promise<void> {
    const groupId = `${this.prefix}.${group}`;
    await this.topics.withAdmin(async (admin) => {
      // The broker refuses while there are members: of one that was killed it knows for ten seconds more.
      if ((await this.groupIds(admin)).includes(groupId)) await admin.deleteGroups([groupId]);
    });
    await forgetStopped(this.pool, group);
  }

  /**
   * Deletes what every group has taken and what is old enough by its topic's policy. Runs by itself every five minutes.
   * Catalogs are compacted by the broker.
   */
  async prune(now = Date.now()): Promise<void> {
    await this.topics.withAdmin(async (admin) => {
      for (const name of await admin.listTopics()) {
        const topic = this.topics.topicOf(name);
        const keep = topic === undefined ? undefined : topicPolicy(topic).keep;
        if (keep === undefined || keep === 'newest') continue;
        const old = await admin.fetchTopicOffsetsByTimestamp(name, now - keep.consumedMilliseconds);
        const until = new Map(old.map(({ partition, offset }) => [partition, BigInt(offset)]));
        for (const groupId of await this.groupIds(admin)) {
          const [committed] = await admin.fetchOffsets({ groupId, topics: [name] });
          if (committed === undefined || committed.partitions.every(({ offset }) => offset === '-1')) continue;
          for (const { partition, offset } of committed.partitions) {
            const done = BigInt(offset) < 0n ? 0n : BigInt(offset);
            if (done < (until.get(partition) ?? 0n)) until.set(partition, done);
          }
        }
        const partitions = [...until].filter(([, offset]) => offset > 0n).map(([partition, offset]) => ({ partition, offset: String(offset) }));
        if (partitions.length > 0) await admin.deleteTopicRecords({ topic: name, partitions });
      }
    });
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.pruning);
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.publisher.close();
    await this.pool.end();
  }

  /** The platform's groups at the broker. */
  private async groupIds(admin: Awaited<ReturnType<Kafka['admin']>>): Promise<string[]> {
    const { groups } = await admin.listGroups();
    return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(`${this.prefix}.`));
  }

  private lags(): Promise<GroupLag[]> {
    return this.topics.withAdmin(async (admin) => {
      const ends = new Map<string, ReadonlyMap<number, { low: bigint; high: bigint }>>();
      const lags: GroupLag[] = [];
      for (const groupId of (await this.groupIds(admin)).sort()) {
        for (const { topic: name, partitions } of await admin.fetchOffsets({ groupId })) {
          const topic = this.topics.topicOf(name);
          if (topic === undefined) continue;
          if (!ends.has(name)) {
            const offsets = await admin.fetchTopicOffsets(name);
            ends.set(name, new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }])));
          }
          let behind = 0n;
          for (const [partition, { low, high }] of ends.get(name)!) {
            const committed = BigInt(partitions.find((its) => its.partition === partition)?.offset ?? -1);
            behind += high - (committed < low ? low : committed);
          }
          lags.push({ group: groupId.slice(this.prefix.length + 1), topic, behind: Number(behind) });
        }
      }
      return lags;
    });
  }

  private async copyDeadLetter({ message, group, failures, error }: DeadLetter): Promise<void> {
    const headers = { ...message.headers, 'dead-letter-group': group, 'dead-letter-topic': message.topic, 'dead-letter-key': message.key, 'dead-letter-reason': error.slice(0, 2_000), 'dead-letter-failures': String(failures) };
    try {
      await this.publisher.publish([{ topic: DEAD_LETTERS, key: `${group}/${message.topic}/${message.key}`.slice(0, 256), id: message.id, payload: message.payload, headers }]);
    } catch (failure) {
      // The letter itself is kept where it waits; this is a copy.
      this.options.logger.warn({ err: failure, group, topic: message.topic, key: message.key }, 'a dead letter could not be copied to its topic');
    }
  }

  private async waking(topic: string, changed: boolean): Promise<boolean> {
    if (changed) this.consumers.forEach((consumer) => consumer.consumes(topic) && consumer.wake());
    return changed;
  }
}
