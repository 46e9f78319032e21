import type { EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { AgencyRow } from './agency.entity.js';

/** Whether the account has this agency. */
export async function agencyExists(manager: EntityManager, domainId: string, agencyId: string): Promise<boolean> {
  return isId(agencyId) && (await manager.existsBy(AgencyRow, { agencyId, domainId }));
}

/** The account's agency of this id, or `not_found`. */
export async function findAgency(manager: EntityManager, domainId: string, agencyId: string): Promise<AgencyRow> {
  const row = isId(agencyId) ? await manager.findOneBy(AgencyRow, { agencyId, domainId }) : null;
  if (row) return row;
  throw notFound('agency', agencyId);
}
