import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApiGroupEvent } from './api-group.events.js';

/** Read model of API groups. */
@Entity({ name: 'api_groups' })
export class ApiGroupRow {
  @PrimaryColumn({ name: 'group_id', type: 'text' })
  groupId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ name: 'project_id', type: 'text' })
  projectId: string;
}

export async function projectApiGroup(rows: RowWriter, events: readonly StoredEvent<ApiGroupEvent>[]): Promise<void> {
  for (const { data } of events) await rows.insert(ApiGroupRow, data);
}
