import type { EventMetadata, EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import { group, groupStream } from './group.decider.js';
import { GroupMemberRow, projectGroup } from './group.entity.js';

/** Takes a user out of every group, in the transaction that deletes it. Nobody can be adding it meanwhile: that needs the user's row. */
export async function leaveAllGroups(
  store: EventStore,
  manager: EntityManager,
  { domainId, userId, metadata }: { readonly domainId: string; readonly userId: string; readonly metadata: EventMetadata },
): Promise<void> {
  for (const { groupId } of await manager.findBy(GroupMemberRow, { userId })) {
    await store.executeIn(manager, {
      streamId: groupStream(groupId),
      tenant: domainId,
      decider: group,
      command: { type: 'RemoveMember', userId },
      metadata,
      project: projectGroup,
    });
  }
}
