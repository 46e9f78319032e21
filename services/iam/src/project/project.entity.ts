import type { Project as Projection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Project, ProjectEvent } from './project.decider.js';

/** Read model of projects; an account has one of a name. */
@Entity({ name: 'projects' })
export class ProjectRow {
  @PrimaryColumn({ name: 'project_id', type: 'text' })
  projectId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

export const projectProject: Projection<Project, ProjectEvent> = async (manager, events) => {
  for (const event of events) {
    const { projectId, domainId, name } = event.data;
    await manager.insert(ProjectRow, { projectId, domainId, name, createdAt: event.recordedAt });
  }
};
