export type { DomainEvent, EventEnvelope, EventMetadata, StoredEvent } from './event.js';
export { fold, unknownEvent, type Decider } from './decider.js';
export { ConcurrencyError, isConcurrencyError } from './concurrency-error.js';
export { createEventTables, dropEventTables } from './event-tables.js';
export { BEGINNING, type Position } from './event-rows.js';
export type { Upcasters } from './upcasters.js';
export { EventStore, type AppendInput, type EventStoreOptions, type Executed, type ExecuteInput, type Project, type Verification } from './event-store.js';
export { EventRelay, type EventRelayOptions } from './event-relay.js';
export { rebuildProjection, replay, type Replay, type ReplayedAggregate } from './rebuild-projection.js';
