import type { EntityManager } from 'typeorm';
import { agencyExists } from '../agency/index.js';
import { exists as enterpriseProjectExists } from '../enterprise-project/index.js';
import { groupExists } from '../group/index.js';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { ProjectRow } from '../project/index.js';
import { userExists } from '../user/index.js';
import type { GrantScope, GrantSubject } from './grant.js';

const SUBJECT_EXISTS = { user: userExists, group: groupExists, agency: agencyExists } as const;

/** Fails as `not_found` unless the account has this subject. */
export async function requireSubject(manager: EntityManager, domainId: string, { type, id }: GrantSubject): Promise<void> {
  if (!(await SUBJECT_EXISTS[type](manager, domainId, id))) throw notFound(type, id);
}

/** Fails as `not_found` unless the account has what the scope names. */
export async function requireScope(manager: EntityManager, domainId: string, scope: GrantScope): Promise<void> {
  switch (scope.type) {
    case 'project': {
      const { projectId } = scope;
      if (!isId(projectId) || !(await manager.existsBy(ProjectRow, { projectId, domainId }))) throw notFound('project', projectId);
      return;
    }
    case 'enterprise_project': {
      const { enterpriseProjectId } = scope;
      if (!(await enterpriseProjectExists(manager, domainId, enterpriseProjectId))) throw notFound('enterprise_project', enterpriseProjectId);
      return;
    }
    case 'domain':
    case 'all_projects':
      return;
    default:
      return scope satisfies never;
  }
}
