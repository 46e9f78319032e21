import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { LogsSettings } from '../settings.js';
import type { Tags } from '../tags.js';
import { LogGroupTable } from './log-group-table.js';
import { logGroup, logGroupStream } from './log-group.decider.js';

/** Answers the new group's id. */
export class CreateLogGroup extends Command<string> {
  constructor(
    readonly caller: Caller,
    readonly name: string,
    readonly alias: string,
    readonly ttlInDays?: number,
    readonly tags: Tags = {},
  ) {
    super();
  }
}

@CommandHandler(CreateLogGroup)
export class CreateLogGroupHandler implements ICommandHandler<CreateLogGroup> {
  constructor(
    private readonly events: EventStore,
    private readonly groups: LogGroupTable,
    private readonly accounts: AccountCopy,
    private readonly settings: LogsSettings,
  ) {}

  async execute({ caller, name, alias, ttlInDays = this.settings.defaultRetentionDays, tags }: CreateLogGroup): Promise<string> {
    const id = randomUUID();
    const { domainId, projectId } = caller;
    await this.events.execute({
      streamId: logGroupStream(id),
      tenant: domainId,
      decider: logGroup,
      command: { kind: 'create', domainId, projectId, name, alias, ttlInDays, tags },
      metadata: metadataOf(caller),
      project: async (manager, [created]) => {
        await this.groups.requireRoom(manager, domainId, await this.accounts.quota(manager, domainId, 'lts_group_num'));
        if (created) await this.groups.apply(manager, created);
      },
    });
    return id;
  }
}
