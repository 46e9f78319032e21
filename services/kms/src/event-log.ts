import { EventStore } from '@windlass/event-store';
import type { DataSource } from 'typeorm';
import { keyUpcasters } from './key/index.js';

/** The events of this service. */
export function openEvents(dataSource: DataSource): EventStore {
  return new EventStore(dataSource, { schema: 'kms', upcasters: keyUpcasters });
}
