import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { PastAccount } from '../history/index.js';
import type { Page } from '../page.js';
import { CustomPolicyRow, toRole } from './custom-policy.entity.js';
import type { Role, RoleType } from './role.js';
import { systemRoles } from './system-roles/index.js';

export interface RoleFilter {
  readonly name: string;
  /** A part of the display name. */
  readonly displayName: string;
  readonly kind: Role['kind'] | undefined;
  /** Those with one of these types. */
  readonly types: readonly RoleType[];
  readonly catalog: string;
}

/** Some of the system's roles, or of an account's custom policies, by display name; what is empty in the filter narrows nothing. */
export class ListRoles extends Query<{ readonly roles: readonly Role[]; readonly total: number }> {
  constructor(
    readonly owner: 'system' | { readonly domainId: string },
    readonly filter: RoleFilter,
    readonly page: Page,
    /** Answers as it was then; the roles of the system are those of this program. */
    readonly asOf?: string | undefined,
  ) {
    super();
  }
}

@QueryHandler(ListRoles)
export class ListRolesHandler implements IQueryHandler<ListRoles> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly past: PastAccount,
  ) {}

  async execute({ owner, filter, page: { skip, take }, asOf }: ListRoles) {
    // An account has a few hundred at most: its quota bounds what is read here.
    const all = owner === 'system' ? systemRoles : await this.customPolicies(owner, asOf);
    const found = all.filter((role) => passes(role, filter)).sort(byDisplayName);
    return { roles: found.slice(skip, skip + take), total: found.length };
  }

  private async customPolicies(owner: { readonly domainId: string }, asOf: string | undefined): Promise<readonly Role[]> {
    if (asOf !== undefined) return this.past.customPolicies(owner.domainId, await this.past.moment(owner.domainId, asOf));
    return (await this.dataSource.manager.findBy(CustomPolicyRow, owner)).map(toRole);
  }
}

function passes(role: Role, { name, displayName, kind, types, catalog }: RoleFilter): boolean {
  return (
    (name === '' || role.name === name) &&
    role.displayName.includes(displayName) &&
    (kind === undefined || role.kind === kind) &&
    types.includes(role.type) &&
    (catalog === '' || role.catalog === catalog)
  );
}

function byDisplayName(a: Role, b: Role): number {
  return a.displayName < b.displayName ? -1 : 1;
}
