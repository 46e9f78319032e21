import type { Logger } from '@windlass/telemetry';
import type { EventBus } from './event-bus.js';
import { PostgresEventBus } from './postgres/postgres-event-bus.js';
import type { RetryPolicy } from './retry-policy.js';

/** Where Kafka is. */
export interface KafkaAddress {
  /** "host:port" of some brokers of the cluster. */
  readonly brokers: readonly string[];
  /** Before the names of topics, groups and transactions; "windlass" by default. */
  readonly prefix?: string;
}

export interface OpenEventBusOptions {
  /** The bus's database: all of it, or beside Kafka the keys that are stopped. */
  readonly databaseUrl: string;
  /** The bus is Kafka where this is given, and PostgreSQL else. */
  readonly kafka?: KafkaAddress | undefined;
  /** Names who publishes here; of those who run at the same time under one name, one publishes. */
  readonly publisher: string;
  readonly logger: Logger;
  readonly retry?: Partial<RetryPolicy>;
  /** Of PostgreSQL: see there. With Kafka each topic has its policy. */
  readonly retention?: Readonly<Record<string, number>>;
}

/** Opens the bus that the configuration names. Kafka's client is loaded only where it is used. */
export async function openEventBus({ databaseUrl, kafka, publisher, ...options }: OpenEventBusOptions): Promise<EventBus> {
  if (kafka === undefined) return PostgresEventBus.open({ connectionString: databaseUrl, ...options });
  const { KafkaEventBus } = await import('./kafka/kafka-event-bus.js');
  const { logger, retry } = options;
  return KafkaEventBus.open({ brokers: kafka.brokers, ...(kafka.prefix === undefined ? {} : { prefix: kafka.prefix }), publisher, connectionString: databaseUrl, logger, ...(retry === undefined ? {} : { retry }) });
}
