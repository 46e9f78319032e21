import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { findRole, findRoles, type Role } from '../role/index.js';
import { notFound } from '../not-found.js';
import { GrantRow, rowKey } from './grant.entity.js';
import { scopeId, type GrantKey, type GrantScope, type GrantSubject } from './grant.js';
import { requireScope, requireSubject } from './grant-target.js';

/** Fails as `not_found` unless the grant holds, exactly as it was given: a wider scope does not count. */
export class CheckGrant extends Query<void> {
  constructor(
    readonly domainId: string,
    readonly key: GrantKey,
  ) {
    super();
  }
}

@QueryHandler(CheckGrant)
export class CheckGrantHandler implements IQueryHandler<CheckGrant> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, key }: CheckGrant): Promise<void> {
    const { manager } = this.dataSource;
    await requireSubject(manager, domainId, key.subject);
    await requireScope(manager, domainId, key.scope);
    if (!(await findRole(manager, domainId, key.roleId))) throw notFound('role', key.roleId);
    if (!(await manager.existsBy(GrantRow, rowKey(domainId, key)))) throw notGranted(key);
  }
}

/** The roles that a subject has in exactly one scope. */
export class ListGrantedRoles extends Query<readonly Role[]> {
  constructor(
    readonly domainId: string,
    readonly subject: GrantSubject,
    readonly scope: GrantScope,
  ) {
    super();
  }
}

@QueryHandler(ListGrantedRoles)
export class ListGrantedRolesHandler implements IQueryHandler<ListGrantedRoles> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, subject, scope }: ListGrantedRoles): Promise<readonly Role[]> {
    const { manager } = this.dataSource;
    await requireSubject(manager, domainId, subject);
    await requireScope(manager, domainId, scope);
    const where = { domainId, subjectType: subject.type, subjectId: subject.id, scopeType: scope.type, scopeId: scopeId(scope) };
    const rows = await manager.findBy(GrantRow, where);
    const ids = rows.map(({ roleId }) => roleId);
    const roles = await findRoles(manager, domainId, ids);
    return [...roles.values()].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
  }
}

function notGranted({ subject, roleId }: GrantKey): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: 'GRANT_UNKNOWN',
    code: 'IAM.0004',
    message: `Could not find a grant of role ${roleId} to ${subject.type} ${subject.id} there.`,
  });
}
