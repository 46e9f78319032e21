import type { EntityManager } from 'typeorm';
import type { GrantSubject } from './grant.js';

/**
 * Makes changes to what one subject is granted happen one after the other, until the transaction ends: so a quota holds
 * exactly, and nothing is granted to a subject that is being deleted.
 */
export async function lockSubject(manager: EntityManager, { type, id }: GrantSubject): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`iam.grants ${type} ${id}`]);
}
