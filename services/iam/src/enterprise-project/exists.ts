import type { EntityManager } from 'typeorm';
import { DEFAULT_ENTERPRISE_PROJECT, isEnterpriseProjectId } from './enterprise-project-rule.js';
import { EnterpriseProjectRow } from './enterprise-project.entity.js';

/** Whether the account has this enterprise project, enabled or not. The default one, "0", is always there. */
export async function exists(manager: EntityManager, domainId: string, id: string): Promise<boolean> {
  if (id === DEFAULT_ENTERPRISE_PROJECT.id) return true;
  return isEnterpriseProjectId(id) && (await manager.existsBy(EnterpriseProjectRow, { id, domainId }));
}

/** Of all that the account has, the default one included. */
export async function enterpriseProjectIds(manager: EntityManager, domainId: string): Promise<readonly string[]> {
  const rows = await manager.find(EnterpriseProjectRow, { where: { domainId }, select: { id: true }, order: { id: 'ASC' } });
  return [DEFAULT_ENTERPRISE_PROJECT.id, ...rows.map(({ id }) => id)];
}
