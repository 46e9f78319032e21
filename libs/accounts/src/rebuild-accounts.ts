import { openEventBus, rebuildCopy, type EventBus, type OpenEventBusOptions } from '@windlass/event-bus';
import type { DataSource } from 'typeorm';
import { AccountCopy } from './account-copy.js';
import { ACCOUNTS_TOPIC, standingsOf } from './follow-accounts.js';

/** Makes a service's copy of accounts anew from all that iam has published. The service must not run. */
export async function rebuildAccounts({ bus, dataSource, copy, group }: { readonly bus: EventBus; readonly dataSource: DataSource; readonly copy: AccountCopy; readonly group: string }): Promise<void> {
  await rebuildCopy(bus, {
    group,
    topics: [ACCOUNTS_TOPIC],
    empty: () => copy.empty(dataSource.manager),
    onMessages: async (messages) => void (await dataSource.transaction((manager) => copy.keep(manager, standingsOf(messages)))),
  });
}

/** The same for the command of a service whose schema and group are named after it. */
export async function rebuildAccountsOf(
  service: string,
  dataSource: DataSource,
  options: { readonly databaseUrl: string; readonly busUrl?: string | undefined } & Pick<OpenEventBusOptions, 'kafka' | 'logger'>,
): Promise<void> {
  const { databaseUrl, busUrl = databaseUrl, kafka, logger } = options;
  const bus = await openEventBus({ databaseUrl: busUrl, kafka, publisher: `${service}.rebuild`, logger });
  try {
    await rebuildAccounts({ bus, dataSource, copy: new AccountCopy(service), group: `${service}.accounts` });
  } finally {
    await bus.close();
  }
}
