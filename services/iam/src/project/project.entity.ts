import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProjectEvent } from './project.decider.js';

/** Read model of projects; the index on account and name decides between two who create the same name at once. */
@Entity({ name: 'projects' })
export class ProjectRow {
  @PrimaryColumn({ name: 'project_id', type: 'text' })
  projectId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ type: 'text' })
  name: string;

  /** The region's project; null for that one itself. */
  @Column({ name: 'parent_id', type: 'text', nullable: true })
  parentId: string | null;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const PROJECT_NAME_UNIQUE = 'projects_name_unique';

export const projectProject: RowProjection<ProjectEvent> = async (rows, events) => {
  for (const event of events) {
    const { projectId } = event.data;
    switch (event.type) {
      case 'ProjectCreated': {
        const { domainId, name } = event.data;
        await rows.insert(ProjectRow, { projectId, domainId, name, parentId: null, description: '', createdAt: event.recordedAt });
        break;
      }
      case 'SubprojectCreated': {
        const { domainId, name, description, parent } = event.data;
        await rows.insert(ProjectRow, { projectId, domainId, name, parentId: parent.projectId, description, createdAt: event.recordedAt });
        break;
      }
      case 'ProjectChanged':
        await rows.update(ProjectRow, projectId, { name: event.data.name, description: event.data.description });
        break;
      case 'ProjectDeleted':
        await rows.delete(ProjectRow, projectId);
        break;
      default:
        event satisfies never;
    }
  }
};
