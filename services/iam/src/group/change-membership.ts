import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { holdUser } from '../user/index.js';
import { findGroup } from './find-group.js';
import { group, groupStream } from './group.decider.js';
import { projectGroup } from './group.entity.js';

/** Adds a user of the caller's account to a group of it, or removes it. Adding a member again changes nothing. */
export class ChangeMembership extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly change: { readonly type: 'AddMember' | 'RemoveMember'; readonly groupId: string; readonly userId: string },
  ) {
    super();
  }
}

@CommandHandler(ChangeMembership)
export class ChangeMembershipHandler implements ICommandHandler<ChangeMembership> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, change: { type, groupId, userId } }: ChangeMembership): Promise<void> {
    await this.store.transaction(async (manager) => {
      await findGroup(manager, domainId, groupId);
      await holdUser(manager, domainId, userId);
      await this.store.executeIn(manager, {
        streamId: groupStream(groupId),
        tenant: domainId,
        decider: group,
        command: { type, userId },
        metadata,
        project: projectGroup,
      });
    });
  }
}
