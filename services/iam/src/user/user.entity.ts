import type { RowProjection } from '@windlass/event-store';
import { ACCOUNT_ADMINISTRATOR } from '@windlass/principal';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { AccountRow } from '../account/index.js';
import { nameKey } from '../name-rule.js';
import { NO_DETAILS, type AccessMode } from './user-details.js';
import type { UserEvent } from './user.decider.js';

/** Read model of users. */
@Entity({ name: 'users' })
export class UserRow {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  userId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @ManyToOne(() => AccountRow)
  @JoinColumn({ name: 'domain_id' })
  account: Relation<AccountRow>;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'name_key', type: 'text' })
  nameKey: string;

  @Column({ type: 'text' })
  email: string;

  @Column({ type: 'text', array: true })
  roles: string[];

  @Column({ type: 'text' })
  status: 'enabled' | 'disabled';

  @Column({ name: 'area_code', type: 'text' })
  areaCode: string;

  @Column({ type: 'text' })
  phone: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'access_mode', type: 'text' })
  accessMode: AccessMode;

  @Column({ name: 'must_change_password', type: 'boolean' })
  mustChangePassword: boolean;

  @Column({ name: 'external_id', type: 'text' })
  externalId: string;

  @Column({ name: 'external_type', type: 'text' })
  externalType: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

export const USER_NAME_UNIQUE = 'users_name_key_unique';

/** Whether the user is the account's own administrator, with whom the account began. */
export function isOwner({ roles }: UserRow): boolean {
  return roles.includes(ACCOUNT_ADMINISTRATOR);
}

export const projectUser: RowProjection<UserEvent> = async (rows, events) => {
  for (const event of events) {
    const { userId } = event.data;
    const updatedAt = event.recordedAt;
    switch (event.type) {
      case 'UserCreated': {
        const { domainId, name, email, roles } = event.data;
        const own = { userId, domainId, name, nameKey: nameKey(name), roles: [...roles], status: 'enabled' as const };
        await rows.insert(UserRow, { ...own, ...NO_DETAILS, email, createdAt: updatedAt, updatedAt });
        break;
      }
      case 'UserDescribed': {
        const { name, userId: _, ...details } = event.data;
        await rows.update(UserRow, userId, { name, nameKey: nameKey(name), ...details, updatedAt });
        break;
      }
      case 'UserEnabled':
        await rows.update(UserRow, userId, { status: 'enabled', updatedAt });
        break;
      case 'UserDisabled':
        await rows.update(UserRow, userId, { status: 'disabled', updatedAt });
        break;
      case 'PasswordSet':
        await rows.update(UserRow, userId, { updatedAt });
        break;
      case 'UserDeleted':
        await rows.delete(UserRow, userId);
        break;
      default:
        event satisfies never;
    }
  }
};
