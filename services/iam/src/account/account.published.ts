import { AccountEvent as PublishedAccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { OwnQuotas } from '@windlass/accounts';
import type { BusMessage } from '@windlass/event-bus';
import { unknownEvent, type DomainEvent, type StoredEvent } from '@windlass/event-store';
import { demandedIsolation, isAccountStream, type AccountEvent, type IsolationDemands } from './account.decider.js';

export const ACCOUNTS_TOPIC = 'iam.accounts';

/** What other services learn of an event of this service: of an account's, how the account stands after it. */
export function publishAccount(event: StoredEvent<DomainEvent>): BusMessage | undefined {
  if (!isAccountStream(event.streamId)) return undefined;
  const standing = { ...standingAfter(event as StoredEvent<DomainEvent> as StoredEvent<AccountEvent>), revision: event.version };
  return { topic: ACCOUNTS_TOPIC, key: standing.domain_id, id: event.id, payload: PublishedAccountEvent.encode(standing).finish() };
}

function standingAfter(event: AccountEvent): Omit<PublishedAccountEvent, 'revision'> {
  const standing = (status: string, { quotas, isolation }: { readonly quotas: OwnQuotas; readonly isolation: IsolationDemands }) => ({
    domain_id: event.data.domainId,
    status,
    quotas: { ...quotas },
    isolation: demandedIsolation(isolation),
  });
  switch (event.type) {
    case 'AccountCreated':
      return standing('active', { quotas: {}, isolation: { account: 'standard', operator: 'standard' } });
    case 'AccountSuspended':
      return standing('suspended', event.data);
    case 'AccountResumed':
      return standing('active', event.data);
    case 'AccountClosed':
      return standing('closed', event.data);
    case 'AccountQuotasSet':
    case 'AccountIsolationDemanded':
      return standing(event.data.status, event.data);
    default:
      return unknownEvent(event);
  }
}
