import { createHash } from 'node:crypto';
import { ACCOUNT_ADMINISTRATOR } from '@windlass/principal';
import type { EntityManager } from 'typeorm';
import { findAgency } from '../agency/index.js';
import { enterpriseProjectIds } from '../enterprise-project/index.js';
import { grantsFor, type Grant, type GrantSubject } from '../grant/index.js';
import { subjectsOf } from '../group/index.js';
import { findUser } from '../user/index.js';

/** A user or agency of an account. */
export interface PolicyHolder {
  readonly domainId: string;
  readonly type: 'user' | 'agency';
  readonly id: string;
}

/** Everything that decides what somebody may do. */
export interface EffectivePolicy {
  readonly name: string;
  readonly accountAdministrator: boolean;
  readonly grants: readonly Grant[];
  /** All of the account's, when a grant is scoped to one of them. */
  readonly enterpriseProjectIds: readonly string[];
}

/** What is granted to a user, itself and through its groups, or to an agency. Fails as `not_found` when the account has no such holder. */
export async function effectivePolicyOf(manager: EntityManager, holder: PolicyHolder): Promise<EffectivePolicy> {
  const { name, accountAdministrator, subjects } = await find(manager, holder);
  const grants = await grantsFor(manager, { domainId: holder.domainId, subjects });
  const inEnterpriseProject = grants.some(({ scope }) => scope.type === 'enterprise_project');
  return { name, accountAdministrator, grants, enterpriseProjectIds: inEnterpriseProject ? await enterpriseProjectIds(manager, holder.domainId) : [] };
}

async function find(manager: EntityManager, { domainId, type, id }: PolicyHolder): Promise<{ name: string; accountAdministrator: boolean; subjects: readonly GrantSubject[] }> {
  switch (type) {
    case 'user': {
      const user = await findUser(manager, domainId, id);
      const { groupIds } = await subjectsOf(manager, id);
      const groups = groupIds.map((groupId) => ({ type: 'group' as const, id: groupId }));
      return { name: user.name, accountAdministrator: user.roles.includes(ACCOUNT_ADMINISTRATOR), subjects: [{ type, id }, ...groups] };
    }
    case 'agency': {
      const agency = await findAgency(manager, domainId, id);
      return { name: agency.name, accountAdministrator: false, subjects: [{ type, id }] };
    }
    default:
      return type satisfies never;
  }
}

/** Differs for policies that differ. The event of a grant does not tell the content of a custom policy, which may have changed since. */
export function versionOf({ accountAdministrator, grants, enterpriseProjectIds }: EffectivePolicy): string {
  const granted = grants.map(({ origin, roleName, policy }) => JSON.stringify([origin.eventId, roleName, policy])).sort();
  return createHash('sha256').update(JSON.stringify([accountAdministrator, granted, enterpriseProjectIds])).digest('base64url');
}
