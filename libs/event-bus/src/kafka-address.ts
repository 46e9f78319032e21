import type { KafkaAddress } from './open-event-bus.js';

const BROKER = /^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/;
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

interface NamedText {
  readonly text: string;
  readonly from: string;
}

/**
 * Reads where Kafka is from the environment, the same for every service; undefined where the bus is PostgreSQL.
 *
 * - `WINDLASS_KAFKA_BROKERS`: "host:port", several separated by commas.
 * - `WINDLASS_KAFKA_PREFIX`: before the names of topics and groups, for clusters that several platforms share; "windlass" when absent.
 */
export function readKafkaAddress(environment: Readonly<Record<string, string | undefined>>, problems: string[]): KafkaAddress | undefined {
  const { WINDLASS_KAFKA_BROKERS: brokers = '', WINDLASS_KAFKA_PREFIX: prefix = '' } = environment;
  return parseKafkaAddress({ text: brokers, from: 'WINDLASS_KAFKA_BROKERS' }, { text: prefix, from: 'WINDLASS_KAFKA_PREFIX' }, problems);
}

/** The same of two texts, which are told of by the names they came under. */
export function parseKafkaAddress({ text: brokers, from }: NamedText, prefix: NamedText, problems: string[]): KafkaAddress | undefined {
  if (brokers === '') return undefined;
  const named = brokers.split(',').map((broker) => broker.trim());
  const wrong = named.find((broker) => !(Number(BROKER.exec(broker)?.[2] ?? 0) >= 1 && Number(BROKER.exec(broker)?.[2]) <= 65_535));
  if (wrong !== undefined) problems.push(`${from}: "${wrong}" is no broker: brokers are "host:port", separated by commas`);
  if (prefix.text !== '' && !PREFIX.test(prefix.text)) problems.push(`${prefix.from}: "${prefix.text}" is not right: it is letters, digits, "_" and "-", at most 64`);
  return { brokers: named, ...(prefix.text === '' ? {} : { prefix: prefix.text }) };
}
