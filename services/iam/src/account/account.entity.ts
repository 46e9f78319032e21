import type { OwnQuotas } from '@windlass/accounts';
import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { nameKey } from '../name-rule.js';
import type { AccountEvent, IsolationDemands } from './account.decider.js';

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

  /** What the operator gave as the reason of the last change of status. */
  @Column({ name: 'status_reason', type: 'text' })
  statusReason: string;

  @Column({ name: 'status_changed_at', type: 'timestamptz' })
  statusChangedAt: Date;

  @Column({ name: 'is_operator', type: 'boolean' })
  isOperator: boolean;

  /** Those an operator has set. */
  @Column({ type: 'jsonb' })
  quotas: OwnQuotas;

  @Column({ type: 'jsonb' })
  isolation: IsolationDemands;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const ACCOUNT_NAME_UNIQUE = 'accounts_name_key_unique';

export const projectAccount: RowProjection<AccountEvent> = async (rows, events) => {
  for (const event of events) {
    const { domainId } = event.data;
    const { recordedAt } = event;
    switch (event.type) {
      case 'AccountCreated': {
        const { name, isOperator } = event.data;
        const status = { status: 'active', statusReason: '', statusChangedAt: recordedAt } as const;
        await rows.insert(AccountRow, { domainId, name, nameKey: nameKey(name), ...status, isOperator, quotas: {}, isolation: { account: 'standard', operator: 'standard' }, createdAt: recordedAt });
        break;
      }
      case 'AccountSuspended':
      case 'AccountResumed':
      case 'AccountClosed':
        await rows.update(AccountRow, { domainId }, { status: STATUS_AFTER[event.type], statusReason: event.data.reason, statusChangedAt: recordedAt });
        break;
      case 'AccountQuotasSet':
        await rows.update(AccountRow, { domainId }, { quotas: event.data.quotas });
        break;
      case 'AccountIsolationDemanded':
        await rows.update(AccountRow, { domainId }, { isolation: event.data.isolation });
        break;
      default:
        event satisfies never;
    }
  }
};

const STATUS_AFTER = { AccountSuspended: 'suspended', AccountResumed: 'active', AccountClosed: 'closed' } as const;
