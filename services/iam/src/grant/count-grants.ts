import type { EntityManager } from 'typeorm';
import { GrantRow } from './grant.entity.js';

/** How many grants of a role hold in the account. */
export function countGrants(manager: EntityManager, domainId: string, roleId: string): Promise<number> {
  return manager.countBy(GrantRow, { domainId, roleId });
}
