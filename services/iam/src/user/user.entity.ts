import type { Project } from '@windlass/event-store';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { AccountRow } from '../account/index.js';
import { nameKey } from '../name-rule.js';
import type { User, UserEvent } from './user.decider.js';

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

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const projectUser: Project<User, UserEvent> = async (manager, events) => {
  for (const event of events) {
    if (event.type !== 'UserCreated') continue;
    const { userId, domainId, name, email, roles } = event.data;
    await manager.insert(UserRow, {
      userId,
      domainId,
      name,
      nameKey: nameKey(name),
      email,
      roles: [...roles],
      status: 'enabled',
      createdAt: event.recordedAt,
    });
  }
};
