import type { OnApplicationBootstrap } from '@nestjs/common';
import { followAccounts, type AccountCopy } from '@windlass/accounts';
import type { EventBus } from '@windlass/event-bus';
import type { DataSource } from 'typeorm';

/** Keeps the copy of accounts up to what iam publishes, until the bus is closed. */
export class AccountFollowing implements OnApplicationBootstrap {
  constructor(
    private readonly bus: EventBus,
    private readonly dataSource: DataSource,
    private readonly copy: AccountCopy,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await followAccounts({ bus: this.bus, dataSource: this.dataSource, copy: this.copy, group: 'registry.accounts' });
  }
}
