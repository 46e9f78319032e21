import { AccountEvent as PublishedAccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { BusMessage } from '@windlass/event-bus';
import { unknownEvent, type DomainEvent, type StoredEvent } from '@windlass/event-store';
import { isAccountStream, type AccountEvent } from './account.decider.js';

export const ACCOUNTS_TOPIC = 'iam.accounts';

/** What other services learn of an event of this service: of an account's, how the account stands after it. */
export function publishAccount(event: StoredEvent<DomainEvent>): BusMessage | undefined {
  if (!isAccountStream(event.streamId)) return undefined;
  const standing = { ...standingAfter(event as StoredEvent<DomainEvent> as StoredEvent<AccountEvent>), revision: event.version };
  return { topic: ACCOUNTS_TOPIC, key: standing.domain_id, id: event.id, payload: PublishedAccountEvent.encode(standing).finish() };
}

function standingAfter(event: AccountEvent): Omit<PublishedAccountEvent, 'revision'> {
  const standing = (status: string, quotas: PublishedAccountEvent['quotas']) => ({ domain_id: event.data.domainId, status, quotas });
  switch (event.type) {
    case 'AccountCreated':
      return standing('active', {});
    case 'AccountSuspended':
      return standing('suspended', { ...event.data.quotas });
    case 'AccountResumed':
      return standing('active', { ...event.data.quotas });
    case 'AccountClosed':
      return standing('closed', { ...event.data.quotas });
    case 'AccountQuotasSet':
      return standing(event.data.status, { ...event.data.quotas });
    default:
      return unknownEvent(event);
  }
}
