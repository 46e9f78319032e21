import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { nameKey } from '../name-rule.js';
import type { GroupEvent } from './group.decider.js';

/** Read model of groups; the index on account and `name_key` decides between two who create the same name at once. */
@Entity({ name: 'groups' })
export class GroupRow {
  @PrimaryColumn({ name: 'group_id', type: 'text' })
  groupId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'name_key', type: 'text' })
  nameKey: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const GROUP_NAME_UNIQUE = 'groups_name_key_unique';

/** Read model of memberships. */
@Entity({ name: 'group_members' })
export class GroupMemberRow {
  @PrimaryColumn({ name: 'group_id', type: 'text' })
  groupId: string;

  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId: string;
}

export const projectGroup: RowProjection<GroupEvent> = async (rows, events) => {
  for (const event of events) {
    const { groupId } = event.data;
    switch (event.type) {
      case 'GroupCreated': {
        const { domainId, name, description } = event.data;
        await rows.insert(GroupRow, { groupId, domainId, name, nameKey: nameKey(name), description, createdAt: event.recordedAt });
        break;
      }
      case 'GroupChanged': {
        const { name, description } = event.data;
        await rows.update(GroupRow, groupId, { name, nameKey: nameKey(name), description });
        break;
      }
      case 'GroupDeleted':
        await rows.delete(GroupMemberRow, { groupId });
        await rows.delete(GroupRow, groupId);
        break;
      case 'GroupMemberAdded':
        await rows.insert(GroupMemberRow, { groupId, userId: event.data.userId });
        break;
      case 'GroupMemberRemoved':
        await rows.delete(GroupMemberRow, { groupId, userId: event.data.userId });
        break;
      default:
        event satisfies never;
    }
  }
};
