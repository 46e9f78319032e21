import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { removeGrantsOf } from '../grant/index.js';
import { findGroup } from './find-group.js';
import { group, groupStream } from './group.decider.js';
import { projectGroup } from './group.entity.js';

/** Deletes a group of the caller's account with what was granted to it; its users stay. */
export class DeleteGroup extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly groupId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteGroup)
export class DeleteGroupHandler implements ICommandHandler<DeleteGroup> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, groupId }: DeleteGroup): Promise<void> {
    await this.store.transaction(async (manager) => {
      await findGroup(manager, domainId, groupId);
      await this.store.executeIn(manager, {
        streamId: groupStream(groupId),
        tenant: domainId,
        decider: group,
        command: { type: 'DeleteGroup' },
        metadata,
        project: projectGroup,
      });
      await removeGrantsOf(this.store, manager, { domainId, subject: { type: 'group', id: groupId }, metadata });
    });
  }
}
