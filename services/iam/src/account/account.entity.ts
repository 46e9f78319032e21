import type { Project } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { nameKey } from '../name-rule.js';
import type { Account, AccountEvent } from './account.decider.js';

/** Read model of accounts. `name_key` is unique: the index decides between two who create the same name at once. */
@Entity({ name: 'accounts' })
export class AccountRow {
  @PrimaryColumn({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'name_key', type: 'text' })
  nameKey: string;

  @Column({ type: 'text' })
  status: 'active' | 'suspended' | 'closed';

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const ACCOUNT_NAME_UNIQUE = 'accounts_name_key_unique';

export const projectAccount: Project<Account, AccountEvent> = async (manager, events) => {
  for (const event of events) {
    const { domainId, name } = event.data;
    await manager.insert(AccountRow, { domainId, name, nameKey: nameKey(name), status: 'active', createdAt: event.recordedAt });
  }
};
