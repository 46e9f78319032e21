export type { BusMessage, BusStatus, ConsumeOptions, Consumption, EventBus, GroupLag, RelayLag, ReportedRelayLag, StoppedKey, StoppedKeyName } from './event-bus.js';
export { PostgresEventBus, type PostgresEventBusOptions } from './postgres/postgres-event-bus.js';
export type { RetryPolicy } from './retry-policy.js';
export { rebuildCopy } from './rebuild-copy.js';
export { Doorbell } from './doorbell.js';
export { openEventBus, type KafkaAddress, type OpenEventBusOptions } from './open-event-bus.js';
export { parseKafkaAddress, readKafkaAddress } from './kafka-address.js';
