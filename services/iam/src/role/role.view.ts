import type { Role as RoleView } from '@windlass/contracts/iam/v1/role_service';
import type { Role } from './role.js';

/** A role as IAM v3 shows it. */
export function roleView(role: Role, publicApiUrl: string): RoleView {
  const { id, name, displayName, catalog, type, kind, description, descriptionCn, domainId, policy, times } = role;
  return {
    id,
    name,
    display_name: displayName,
    catalog,
    type,
    // The real service marks its own policies, not those of accounts.
    flag: kind === 'policy' && domainId === undefined ? 'fine_grained' : undefined,
    description,
    description_cn: descriptionCn,
    domain_id: domainId,
    policy: { ...policy },
    links: { self: `${publicApiUrl}/v3/roles/${id}` },
    created_time: times && String(times.createdAt.getTime()),
    updated_time: times && String(times.updatedAt.getTime()),
    references: undefined,
  };
}
