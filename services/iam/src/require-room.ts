import { howToRaise, QUOTAS, type QuotaType } from '@windlass/accounts';
import { WindlassError } from '@windlass/errors';
import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { ownQuota } from './quota/index.js';

/**
 * Refuses one more of what a quota counts when the account has as many as it may. Until the transaction ends, others who
 * want one more wait here: of two who ask for the last, exactly one gets it.
 */
export async function requireRoom<R extends ObjectLiteral & { domainId: string }>(
  manager: EntityManager,
  domainId: string,
  { quota, rows, code = 'IAM.0008' }: { readonly quota: QuotaType; readonly rows: EntityTarget<R>; readonly code?: string },
): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`iam.quota ${quota} ${domainId}`]);
  const limit = await ownQuota(manager, domainId, quota);
  const used = await manager.countBy(rows, { domainId } as FindOptionsWhere<R>);
  if (used < limit) return;
  throw new WindlassError({
    kind: 'quota_exceeded',
    reason: 'QUOTA_EXCEEDED',
    code,
    message: `The account has all the ${QUOTAS[quota].counts} it may have. ${howToRaise(quota, limit, domainId)}`,
  });
}
