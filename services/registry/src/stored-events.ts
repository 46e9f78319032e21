import { EventStore, type EventTypes } from '@windlass/event-store';
import type { DataSource } from 'typeorm';
import type { DependencyEvent } from './dependency/dependency.events.js';
import type { ApiGroupEvent } from './api-group/api-group.events.js';
import { SCHEMA } from './database/database.js';
import { functionEventTypes } from './function/function-event-types.js';
import type { FunctionEvent } from './function/function.events.js';
import { triggerEventTypes } from './trigger/trigger-event-types.js';
import type { TriggerEvent } from './trigger/trigger.events.js';

/** All that this service stores. The shape of each is recorded in fixtures/events. */
export type StoredEvents = FunctionEvent | TriggerEvent | ApiGroupEvent | DependencyEvent;

export const eventTypes: EventTypes<StoredEvents> = { ...functionEventTypes, ...triggerEventTypes, ApiGroupClaimed: [], DependencyVersionCreated: [], DependencyVersionDeleted: [] };

/** The events of this service. */
export function openEvents(dataSource: DataSource): EventStore {
  return new EventStore(dataSource, { schema: SCHEMA, eventTypes });
}
