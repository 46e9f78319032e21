import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { newId } from '../id.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import { group, groupNameTaken, groupStream } from './group.decider.js';
import { GROUP_NAME_UNIQUE, GroupRow, projectGroup } from './group.entity.js';

/** Creates a group without members in the caller's account. */
export class CreateGroup extends Command<GroupRow> {
  constructor(
    readonly caller: Caller,
    readonly wanted: { readonly name: string; readonly description: string },
  ) {
    super();
  }
}

@CommandHandler(CreateGroup)
export class CreateGroupHandler implements ICommandHandler<CreateGroup> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, wanted }: CreateGroup): Promise<GroupRow> {
    const groupId = newId();
    return refusingTakenNames(GROUP_NAME_UNIQUE, () => groupNameTaken(wanted.name), () =>
      this.store.transaction(async (manager) => {
        await requireRoom(manager, domainId, { quota: 'group', rows: GroupRow });
        await this.store.executeIn(manager, {
          streamId: groupStream(groupId),
          tenant: domainId,
          decider: group,
          command: { type: 'CreateGroup', groupId, domainId, ...wanted },
          metadata,
          project: projectGroup,
        });
        return manager.findOneByOrFail(GroupRow, { groupId });
      }),
    );
  }
}
