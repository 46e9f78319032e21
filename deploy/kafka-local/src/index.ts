export type { Broker, BrokerOptions } from './broker.js';
export { findKafka, type FoundKafka, type KafkaSource } from './find-kafka.js';
