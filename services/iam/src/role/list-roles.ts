import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
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
  ) {
    super();
  }
}

@QueryHandler(ListRoles)
export class ListRolesHandler implements IQueryHandler<ListRoles> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ owner, filter, page: { skip, take } }: ListRoles) {
    // An account has a few hundred at most: its quota bounds what is read here.
    const all = owner === 'system' ? systemRoles : (await this.dataSource.manager.findBy(CustomPolicyRow, owner)).map(toRole);
    const found = all.filter((role) => passes(role, filter)).sort(byDisplayName);
    return { roles: found.slice(skip, skip + take), total: found.length };
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
