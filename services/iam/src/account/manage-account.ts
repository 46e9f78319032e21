import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore, type EventMetadata } from '@windlass/event-store';
import { DataSource } from 'typeorm';
import { isId } from '../id.js';
import { account, accountStream, accountUnknown, type AccountCommand, type CreateAccount } from './account.decider.js';
import { AccountRow, projectAccount } from './account.entity.js';

/** What an operator does to an account. Answers the account after it. */
export class ManageAccount extends Command<AccountRow> {
  constructor(
    readonly domainId: string,
    readonly change: Exclude<AccountCommand, CreateAccount>,
    readonly metadata: EventMetadata,
  ) {
    super();
  }
}

@CommandHandler(ManageAccount)
export class ManageAccountHandler implements ICommandHandler<ManageAccount> {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ domainId, change, metadata }: ManageAccount): Promise<AccountRow> {
    if (!isId(domainId)) throw accountUnknown();
    const streamId = accountStream(domainId);
    await this.store.execute({ streamId, tenant: domainId, decider: account, command: change, metadata, project: projectAccount });
    return this.dataSource.manager.findOneByOrFail(AccountRow, { domainId });
  }
}
