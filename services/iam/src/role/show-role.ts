import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { countGrants } from '../grant/index.js';
import { notFound } from '../not-found.js';
import { findRole } from './find-role.js';
import type { Role } from './role.js';

/** A role that the account may grant. */
export class ShowRole extends Query<Role> {
  constructor(
    readonly domainId: string,
    readonly roleId: string,
  ) {
    super();
  }
}

@QueryHandler(ShowRole)
export class ShowRoleHandler implements IQueryHandler<ShowRole> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, roleId }: ShowRole): Promise<Role> {
    const role = await findRole(this.dataSource.manager, domainId, roleId);
    if (role) return role;
    throw notFound('role', roleId);
  }
}

/** A custom policy of the account, and how many grants of it hold. */
export class ShowCustomPolicy extends Query<{ readonly role: Role; readonly references: number }> {
  constructor(
    readonly domainId: string,
    readonly roleId: string,
  ) {
    super();
  }
}

@QueryHandler(ShowCustomPolicy)
export class ShowCustomPolicyHandler implements IQueryHandler<ShowCustomPolicy> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, roleId }: ShowCustomPolicy) {
    const { manager } = this.dataSource;
    const role = await findRole(manager, domainId, roleId);
    if (role?.domainId === undefined) throw notFound('role', roleId);
    return { role, references: await countGrants(manager, domainId, roleId) };
  }
}
