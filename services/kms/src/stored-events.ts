import { EventStore, type EventTypes } from '@windlass/event-store';
import type { DataSource } from 'typeorm';
import { keyEventTypes, type KeyEvent } from './key/index.js';

/** All that this service stores. The shape of each is recorded in fixtures/events. */
export type StoredEvents = KeyEvent;

export const eventTypes: EventTypes<StoredEvents> = keyEventTypes;

/** The events of this service. */
export function openEvents(dataSource: DataSource): EventStore {
  return new EventStore(dataSource, { schema: 'kms', eventTypes });
}
