import { QUOTAS, type QuotaType } from '@windlass/accounts';
import type { EntityManager } from 'typeorm';
import { AccountRow } from '../account/account.entity.js';

/** How many the account may have: what an operator set for it, or what every account has. */
export async function ownQuota(manager: EntityManager, domainId: string, type: QuotaType): Promise<number> {
  const account = await manager.findOneBy(AccountRow, { domainId });
  return account?.quotas[type] ?? QUOTAS[type].preset;
}
