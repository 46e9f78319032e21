import type { Admin, Kafka } from 'kafkajs';
import { PARTITIONS } from '../partition-of.js';
import { topicPolicy } from '../topics.js';

const LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024;
const NAME = /^[A-Za-z0-9._-]{1,200}$/;

/** The platform's topics at the broker: named, made and laid out here, whoever needs one first. */
export class KafkaTopics {
  private readonly made = new Map<string, Promise<void>>();

  constructor(
    private readonly kafka: Kafka,
    private readonly prefix: string,
  ) {}

  /** The broker's name of a topic. */
  nameOf(topic: string): string {
    if (!NAME.test(topic)) throw new TypeError(`"${topic}" is no name of a topic.`);
    return `${this.prefix}.${topic}.v${topicPolicy(topic).version}`;
  }

  /** The topic of a broker's name; undefined for what is not ours or of another version. */
  topicOf(name: string): string | undefined {
    const topic = name.startsWith(`${this.prefix}.`) ? name.slice(this.prefix.length + 1).replace(/\.v\d+$/, '') : '';
    return NAME.test(topic) && this.nameOf(topic) === name ? topic : undefined;
  }

  /** Makes the topics that are not there yet. */
  async ensure(topics: Iterable<string>): Promise<void> {
    const missing = [...new Set(topics)].filter((topic) => !this.made.has(topic));
    if (missing.length > 0) {
      const making = this.make(missing);
      for (const topic of missing) this.made.set(topic, making);
      making.catch(() => this.forget(missing));
    }
    await Promise.all([...topics].map((topic) => this.made.get(topic)));
  }

  /** After the broker said that it does not know them. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.made.delete(topic);
  }

  async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private async make(topics: readonly string[]): Promise<void> {
    await this.withAdmin(async (admin) => {
      await admin.createTopics({
        waitForLeaders: true,
        topics: topics.map((topic) => ({
          topic: this.nameOf(topic),
          numPartitions: PARTITIONS,
          // As many copies as the cluster makes by default.
          replicationFactor: -1,
          configEntries: Object.entries(configOf(topic)).map(([name, value]) => ({ name, value })),
        })),
      });
      const { topics: found } = await admin.fetchTopicMetadata({ topics: topics.map((topic) => this.nameOf(topic)) });
      for (const { name, partitions } of found) {
        if (partitions.length === PARTITIONS) continue;
        throw new Error(`The topic ${name} has ${partitions.length} partitions and the platform lays topics out in ${PARTITIONS}: keys would lose their order. Give the platform a prefix of its own.`);
      }
    });
  }
}

function configOf(topic: string): Readonly<Record<string, string>> {
  const { keep } = topicPolicy(topic);
  return {
    // The platform deletes what every group has taken; the broker by itself deletes nothing that somebody may still need.
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'cleanup.policy': keep === 'newest' ? 'compact' : 'delete',
    'max.message.bytes': String(LARGEST_MESSAGE_BYTES),
    // Of an entity that changes again and again the newest message is enough, but not the moment it is there.
    'min.compaction.lag.ms': String(60 * 60_000),
  };
}
