import { In, type EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { CustomPolicyRow, toRole } from './custom-policy.entity.js';
import type { Role } from './role.js';
import { systemRole } from './system-roles/index.js';

/** The role with this id that an account may grant: the system's, or its own custom policy. */
export async function findRole(manager: EntityManager, domainId: string, roleId: string): Promise<Role | undefined> {
  if (!isId(roleId)) return undefined;
  const own = systemRole(roleId);
  if (own) return own;
  const row = await manager.findOneBy(CustomPolicyRow, { roleId, domainId });
  return row ? toRole(row) : undefined;
}

/** `findRole` in a transaction that needs the role to stay until it ends. */
export async function holdRole(manager: EntityManager, domainId: string, roleId: string): Promise<Role | undefined> {
  if (!isId(roleId)) return undefined;
  const own = systemRole(roleId);
  if (own) return own;
  const row = await manager.findOne(CustomPolicyRow, { where: { roleId, domainId }, lock: { mode: 'for_key_share' } });
  return row ? toRole(row) : undefined;
}

/** The roles with these ids, by id; what an account may not grant is left out. */
export async function findRoles(manager: EntityManager, domainId: string, roleIds: readonly string[]): Promise<ReadonlyMap<string, Role>> {
  const found = new Map<string, Role>();
  const custom: string[] = [];
  for (const roleId of new Set(roleIds)) {
    const own = systemRole(roleId);
    if (own) found.set(roleId, own);
    else custom.push(roleId);
  }
  if (custom.length === 0) return found;
  for (const row of await manager.findBy(CustomPolicyRow, { domainId, roleId: In(custom) })) found.set(row.roleId, toRole(row));
  return found;
}
