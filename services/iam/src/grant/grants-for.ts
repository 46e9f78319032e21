import type { EntityManager } from 'typeorm';
import { findRoles } from '../role/index.js';
import { GrantRow, keyOf } from './grant.entity.js';
import type { Grant, GrantSubject } from './grant.js';

/** Every grant that these subjects hold in the account, in no particular order. */
export async function grantsFor(
  manager: EntityManager,
  { domainId, subjects }: { readonly domainId: string; readonly subjects: readonly GrantSubject[] },
): Promise<Grant[]> {
  if (subjects.length === 0) return [];
  const where = subjects.map(({ type, id }) => ({ domainId, subjectType: type, subjectId: id }));
  const rows = await manager.find(GrantRow, { where });
  const ids = rows.map(({ roleId }) => roleId);
  const roles = await findRoles(manager, domainId, ids);
  return rows.flatMap((row) => {
    const role = roles.get(row.roleId);
    // A custom policy may be deleted between the two look-ups; it was not granted any more then.
    if (!role) return [];
    const { eventId, streamId, version } = row;
    return [{ ...keyOf(row), roleName: role.displayName, policy: role.policy, origin: { eventId, streamId, version } }];
  });
}
