import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CustomPolicyEvent } from './custom-policy.decider.js';
import type { CustomPolicyType } from './custom-policy.js';
import type { PolicyDocument, Role } from './role.js';

/** Read model of custom policies. */
@Entity({ name: 'custom_policies' })
export class CustomPolicyRow {
  @PrimaryColumn({ name: 'role_id', type: 'text' })
  roleId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  /** The last part of its name; unique in the account. */
  @Column({ type: 'int' })
  number: number;

  @Column({ name: 'display_name', type: 'text' })
  displayName: string;

  @Column({ type: 'text' })
  type: CustomPolicyType;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'description_cn', type: 'text' })
  descriptionCn: string;

  @Column({ type: 'jsonb' })
  policy: PolicyDocument;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

export const DISPLAY_NAME_UNIQUE = 'custom_policies_display_name_unique';

export function toRole(row: CustomPolicyRow): Role {
  const { roleId, domainId, number, displayName, type, description, descriptionCn, policy, createdAt, updatedAt } = row;
  return {
    id: roleId,
    domainId,
    name: `custom_${domainId}_${number}`,
    displayName,
    catalog: 'CUSTOMED',
    type,
    kind: 'policy',
    description,
    descriptionCn,
    policy,
    times: { createdAt, updatedAt },
  };
}

export const projectCustomPolicy: RowProjection<CustomPolicyEvent> = async (rows, events) => {
  for (const event of events) {
    switch (event.type) {
      case 'CustomPolicyCreated': {
        const { roleId, domainId, number, ...content } = event.data;
        await rows.insert(CustomPolicyRow, { roleId, domainId, number, ...content, createdAt: event.recordedAt, updatedAt: event.recordedAt });
        break;
      }
      case 'CustomPolicyUpdated': {
        const { roleId, ...content } = event.data;
        await rows.update(CustomPolicyRow, { roleId }, { ...content, updatedAt: event.recordedAt });
        break;
      }
      case 'CustomPolicyDeleted':
        await rows.delete(CustomPolicyRow, { roleId: event.data.roleId });
        break;
      default:
        event satisfies never;
    }
  }
};
