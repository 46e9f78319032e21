import type { EntityManager } from 'typeorm';
import type { DomainEvent, StoredEvent } from '../event.js';

/** How a projection writes rows: to the database where it lives through events, to `HeldRows` where a read model is made again. */
export type RowWriter = Pick<EntityManager, 'insert' | 'update' | 'upsert' | 'delete'>;

/**
 * Brings the rows of one stream up to its events. It finds rows by values of their columns, asks for none, and touches none that
 * another stream has made: so streams can be projected one after the other as well as all at the same time.
 */
export type RowProjection<E extends DomainEvent> = (rows: RowWriter, events: readonly StoredEvent<E>[]) => Promise<void>;
