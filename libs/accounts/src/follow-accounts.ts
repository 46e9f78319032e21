import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { BusMessage, Consumption, EventBus } from '@windlass/event-bus';
import type { EntityManager } from 'typeorm';
import type { AccountCopy } from './account-copy.js';
import { standingOf, type AccountStanding } from './account-standing.js';

export const ACCOUNTS_TOPIC = 'iam.accounts';

/** What messages of the topic say. */
export function standingsOf(messages: readonly BusMessage[]): AccountStanding[] {
  return messages.map(({ payload }) => standingOf(AccountEvent.decode(payload)));
}

/** What of a DataSource it takes to keep a copy. */
export interface Transactions {
  readonly manager: EntityManager;
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
}

/**
 * Keeps a service's copy of accounts up to what iam publishes. `learn` is told every standing that is kept, first those
 * that were there before, in order; so a service that answers from memory knows after a restart what it knew before.
 */
export async function followAccounts(options: {
  readonly bus: EventBus;
  readonly dataSource: Transactions;
  readonly copy: Pick<AccountCopy, 'all' | 'keep'>;
  /** Of the bus: every copy has a group of its own. */
  readonly group: string;
  readonly learn?: (standing: AccountStanding) => void;
}): Promise<Consumption> {
  const { bus, dataSource, copy, group, learn } = options;
  if (learn !== undefined) for (const standing of await copy.all(dataSource.manager)) learn(standing);
  return bus.consume({
    group,
    topics: [ACCOUNTS_TOPIC],
    onMessages: async (messages) => {
      const standings = standingsOf(messages);
      const kept = await dataSource.transaction((manager) => copy.keep(manager, standings));
      for (const standing of kept) learn?.(standing);
    },
  });
}
