import { AccountEvent as PublishedAccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { BusMessage } from '@windlass/event-bus';
import type { DomainEvent, StoredEvent } from '@windlass/event-store';
import type { AccountEvent } from './account.decider.js';

export const ACCOUNTS_TOPIC = 'iam.accounts';

/** What other services learn of an event of this service; nothing, of most. */
export function publishAccount(event: StoredEvent<DomainEvent>): BusMessage | undefined {
  if (!isAccountEvent(event)) return undefined;
  const { domainId } = event.data;
  const payload = PublishedAccountEvent.encode({ domain_id: domainId, status: 'active', quotas: {} }).finish();
  return { topic: ACCOUNTS_TOPIC, key: domainId, id: event.id, payload };
}

function isAccountEvent(event: StoredEvent<DomainEvent>): event is StoredEvent<AccountEvent> {
  return event.type === ('AccountCreated' satisfies AccountEvent['type']);
}
