import type { DomainEvent, EventStore, StoredEvent } from '@windlass/event-store';
import { groupStream, type GroupEvent } from '../group/index.js';
import { customPolicyStream, systemRole } from '../role/index.js';
import { userStream, type UserEvent } from '../user/index.js';
import type { PolicyHolder } from './effective-policy.js';
import type { Explanation } from './explain-authorization.js';

/**
 * The events that put a decision into force, oldest first: the grants, the last change of each custom policy, the last
 * joining of each group; for an administrator, what made it one.
 */
export async function decidingEvents(store: EventStore, holder: PolicyHolder, { reason, statements }: Pick<Explanation, 'reason' | 'statements'>): Promise<readonly StoredEvent[]> {
  if (reason === 'ACCOUNT_ADMINISTRATOR') return lastOf<UserEvent>(store, userStream(holder.id), (event) => event.type === 'UserCreated');
  const grants = new Set(statements.map(({ grant }) => grant));
  const found = new Map<string, StoredEvent>();
  for (const { origin, roleId, subject } of grants) {
    const events = [
      ...(await lastOf(store, origin.streamId, (event) => event.id === origin.eventId)),
      ...(systemRole(roleId) === undefined ? await lastOf(store, customPolicyStream(roleId), () => true) : []),
      ...(subject.type === 'group' ? await lastOf<GroupEvent>(store, groupStream(subject.id), ({ type, data }) => type === 'GroupMemberAdded' && data.userId === holder.id) : []),
    ];
    for (const event of events) found.set(event.id, event);
  }
  return [...found.values()].sort((one, other) => Number(one.globalPosition - other.globalPosition));
}

async function lastOf<E extends DomainEvent = DomainEvent>(store: EventStore, streamId: string, wanted: (event: StoredEvent<E>) => boolean): Promise<StoredEvent[]> {
  const last = (await store.load<E>(streamId)).findLast(wanted);
  return last === undefined ? [] : [last];
}
