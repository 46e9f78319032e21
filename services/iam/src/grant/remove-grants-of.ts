import type { EventMetadata, EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import { grant, grantStream } from './grant.decider.js';
import { GrantRow, keyOf, projectGrant } from './grant.entity.js';
import type { GrantSubject } from './grant.js';
import { lockSubject } from './subject-lock.js';

/**
 * Takes every grant from a subject, in the transaction that deletes it. To be called after the subject's own row is gone,
 * so that a grant which waited meanwhile finds no subject. Throws a ConcurrencyError when it loses a race: `store.transaction` repeats.
 */
export async function removeGrantsOf(
  store: EventStore,
  manager: EntityManager,
  { domainId, subject, metadata }: { readonly domainId: string; readonly subject: GrantSubject; readonly metadata: EventMetadata },
): Promise<void> {
  await lockSubject(manager, subject);
  const rows = await manager.findBy(GrantRow, { domainId, subjectType: subject.type, subjectId: subject.id });
  for (const row of rows) {
    const key = keyOf(row);
    await store.executeIn(manager, {
      streamId: grantStream(domainId, key),
      tenant: domainId,
      decider: grant,
      command: { type: 'TakeGrant', domainId, ...key },
      metadata,
      project: projectGrant,
    });
  }
}
