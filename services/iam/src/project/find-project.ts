import type { EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { ProjectRow } from './project.entity.js';

/** The account's project of this id, or `not_found`. */
export async function findProject(manager: EntityManager, domainId: string, projectId: string): Promise<ProjectRow> {
  const row = isId(projectId) ? await manager.findOneBy(ProjectRow, { projectId, domainId }) : null;
  if (row) return row;
  throw notFound('project', projectId);
}
