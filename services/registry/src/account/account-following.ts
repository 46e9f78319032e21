import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { followAccounts, type AccountCopy } from '@windlass/accounts';
import type { Consumption, EventBus } from '@windlass/event-bus';
import type { DataSource } from 'typeorm';

/** Keeps the copy of accounts up to what iam publishes for as long as the service runs. */
export class AccountFollowing implements OnApplicationBootstrap, OnModuleDestroy {
  private consumption: Consumption | undefined;

  constructor(
    private readonly bus: EventBus,
    private readonly dataSource: DataSource,
    private readonly copy: AccountCopy,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.consumption = await followAccounts({ bus: this.bus, dataSource: this.dataSource, copy: this.copy, group: 'registry.accounts' });
  }

  async onModuleDestroy(): Promise<void> {
    await this.consumption?.stop();
    await this.bus.close();
  }
}
