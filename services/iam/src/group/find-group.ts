import type { EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { GroupMemberRow, GroupRow } from './group.entity.js';

/** Whether the account has this group. */
export async function groupExists(manager: EntityManager, domainId: string, groupId: string): Promise<boolean> {
  return isId(groupId) && (await manager.existsBy(GroupRow, { groupId, domainId }));
}

/** The account's group of this id, or `not_found`. */
export async function findGroup(manager: EntityManager, domainId: string, groupId: string): Promise<GroupRow> {
  const row = isId(groupId) ? await manager.findOneBy(GroupRow, { groupId, domainId }) : null;
  if (row) return row;
  throw notFound('group', groupId);
}

/** Everything a user's permissions may be granted to: the user and its groups. */
export async function subjectsOf(manager: EntityManager, userId: string): Promise<{ readonly userId: string; readonly groupIds: readonly string[] }> {
  const memberships = await manager.findBy(GroupMemberRow, { userId });
  return { userId, groupIds: memberships.map(({ groupId }) => groupId) };
}
