export type { BusMessage, ConsumeOptions, Consumption, EventBus } from './event-bus.js';
export { PostgresEventBus, type PostgresEventBusOptions } from './postgres/postgres-event-bus.js';
export type { RetryPolicy } from './postgres/consumer.js';
export { Doorbell } from './doorbell.js';
