import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { countGrants } from '../grant/index.js';
import type { Moment } from '@windlass/resource-history';
import { isId } from '../id.js';
import { PastAccount } from '../history/index.js';
import { notFound } from '../not-found.js';
import { findRole } from './find-role.js';
import type { Role } from './role.js';
import { systemRole } from './system-roles/index.js';

/** A role that the account may grant. */
export class ShowRole extends Query<Role> {
  constructor(
    readonly domainId: string,
    readonly roleId: string,
    readonly asOf?: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(ShowRole)
export class ShowRoleHandler implements IQueryHandler<ShowRole> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly past: PastAccount,
  ) {}

  async execute({ domainId, roleId, asOf }: ShowRole): Promise<Role> {
    const role = await roleAsOf(this.dataSource, this.past, domainId, roleId, asOf === undefined ? undefined : await this.past.moment(domainId, asOf));
    if (role) return role;
    throw notFound('role', roleId);
  }
}

/** A custom policy of the account, and how many grants of it hold. */
export class ShowCustomPolicy extends Query<{ readonly role: Role; readonly references: number }> {
  constructor(
    readonly domainId: string,
    readonly roleId: string,
    readonly asOf?: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(ShowCustomPolicy)
export class ShowCustomPolicyHandler implements IQueryHandler<ShowCustomPolicy> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly past: PastAccount,
  ) {}

  async execute({ domainId, roleId, asOf }: ShowCustomPolicy) {
    const { manager } = this.dataSource;
    const moment = asOf === undefined ? undefined : await this.past.moment(domainId, asOf);
    const role = await roleAsOf(this.dataSource, this.past, domainId, roleId, moment);
    if (role?.domainId === undefined) throw notFound('role', roleId);
    return { role, references: moment ? await this.past.grantsOf(domainId, roleId, moment) : await countGrants(manager, domainId, roleId) };
  }
}

/** The roles of the system are those of this program at any moment. */
async function roleAsOf({ manager }: DataSource, past: PastAccount, domainId: string, roleId: string, moment: Moment | undefined): Promise<Role | undefined> {
  if (moment === undefined || systemRole(roleId) !== undefined) return findRole(manager, domainId, roleId);
  return isId(roleId) ? past.customPolicy(domainId, roleId, moment) : undefined;
}
