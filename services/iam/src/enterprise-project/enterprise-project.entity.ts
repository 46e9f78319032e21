import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EnterpriseProjectType } from './enterprise-project-rule.js';
import type { EnterpriseProjectEvent } from './enterprise-project.decider.js';

/**
 * Read model of the enterprise projects that somebody created; the default one of each account has no row. The name is
 * unique in an account: the index decides between two who create the same name at once.
 */
@Entity({ name: 'enterprise_projects' })
export class EnterpriseProjectRow {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ type: 'text' })
  type: EnterpriseProjectType;

  @Column({ type: 'text' })
  status: 'enabled' | 'disabled';

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

export const ENTERPRISE_PROJECT_NAME_UNIQUE = 'enterprise_projects_name_unique';

export const projectEnterpriseProject: RowProjection<EnterpriseProjectEvent> = async (rows, events) => {
  for (const event of events) {
    const { recordedAt: updatedAt } = event;
    switch (event.type) {
      case 'EnterpriseProjectCreated':
        await rows.insert(EnterpriseProjectRow, { ...event.data, status: 'enabled', createdAt: updatedAt, updatedAt });
        break;
      case 'EnterpriseProjectChanged': {
        const { id, name, description, type } = event.data;
        await rows.update(EnterpriseProjectRow, { id }, { name, description, type, updatedAt });
        break;
      }
      case 'EnterpriseProjectEnabled':
        await rows.update(EnterpriseProjectRow, { id: event.data.id }, { status: 'enabled', updatedAt });
        break;
      case 'EnterpriseProjectDisabled':
        await rows.update(EnterpriseProjectRow, { id: event.data.id }, { status: 'disabled', updatedAt });
        break;
      case 'EnterpriseProjectDeleted':
        await rows.delete(EnterpriseProjectRow, { id: event.data.id });
        break;
      default:
        event satisfies never;
    }
  }
};
