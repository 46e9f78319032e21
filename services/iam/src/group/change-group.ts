import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { refusingTakenNames } from '../unique-name.js';
import { findGroup } from './find-group.js';
import { group, groupNameTaken, groupStream } from './group.decider.js';
import { GROUP_NAME_UNIQUE, GroupRow, projectGroup } from './group.entity.js';

/** Renames or describes a group of the caller's account. What is absent stays as it is. */
export class ChangeGroup extends Command<GroupRow> {
  constructor(
    readonly caller: Caller,
    readonly groupId: string,
    readonly change: { readonly name?: string | undefined; readonly description?: string | undefined },
  ) {
    super();
  }
}

@CommandHandler(ChangeGroup)
export class ChangeGroupHandler implements ICommandHandler<ChangeGroup> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, groupId, change }: ChangeGroup): Promise<GroupRow> {
    return refusingTakenNames(GROUP_NAME_UNIQUE, () => groupNameTaken(change.name ?? ''), () =>
      this.store.transaction(async (manager) => {
        await findGroup(manager, domainId, groupId);
        await this.store.executeIn(manager, {
          streamId: groupStream(groupId),
          tenant: domainId,
          decider: group,
          command: { type: 'ChangeGroup', ...change },
          metadata,
          project: projectGroup,
        });
        return manager.findOneByOrFail(GroupRow, { groupId });
      }),
    );
  }
}
