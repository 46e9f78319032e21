import { WindlassError } from '@windlass/errors';
import { In, type EntityManager } from 'typeorm';
import { GrantRow } from './grant.entity.js';
import type { GrantKey, GrantScope } from './grant.js';

/** Scopes whose grants are counted together, and how many of them one subject may have. */
interface Limit {
  readonly scopes: readonly GrantScope['type'][];
  readonly most: number;
}

const ON_PROJECTS: Limit = { scopes: ['project', 'domain', 'all_projects'], most: 200 };
const ON_ENTERPRISE_PROJECTS: Limit = { scopes: ['enterprise_project'], most: 500 };

/** Refuses one more grant to a subject that has as many as it may. Exact while the subject is locked. */
export async function requireRoomForGrant(manager: EntityManager, domainId: string, { subject, scope }: GrantKey): Promise<void> {
  const { scopes, most } = scope.type === 'enterprise_project' ? ON_ENTERPRISE_PROJECTS : ON_PROJECTS;
  const used = await manager.countBy(GrantRow, { domainId, subjectType: subject.type, subjectId: subject.id, scopeType: In(scopes) });
  if (used < most) return;
  const where = scope.type === 'enterprise_project' ? 'in enterprise projects' : 'in projects and for global services';
  throw new WindlassError({
    kind: 'quota_exceeded',
    reason: 'GRANT_LIMIT',
    code: 'IAM.0008',
    message:
      `The ${subject.type} "${subject.id}" has ${used} grants ${where}, and ${most} is the most it may have. ` +
      'Remove some, or put what they allow into one custom policy; this limit is the same for everybody.',
  });
}
