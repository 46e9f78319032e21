import type { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { isQuotaType, type OwnQuotas } from './quota-types.js';

/** What must hold for all functions of an account. `standard`: each says for itself. `strong`: all run in a kernel of their own. */
export type IsolationDemand = 'standard' | 'strong';

export type AccountStatus = 'active' | 'suspended' | 'closed';

/** What other services know of an account. */
export interface AccountStanding {
  readonly domainId: string;
  readonly status: AccountStatus;
  readonly quotas: OwnQuotas;
  readonly isolation: IsolationDemand;
  /** Grows with every change of the account; 0 where iam did not say. */
  readonly revision: number;
}

/**
 * Reads an event of iam. A status that is not known yet lets nobody in; quotas that are not known yet are nobody's here; a demand of
 * isolation that is not known yet is taken for the strongest that is.
 */
export function standingOf({ domain_id: domainId, status, quotas, isolation, revision }: AccountEvent): AccountStanding {
  return {
    domainId,
    status: status === 'active' || status === 'closed' ? status : 'suspended',
    quotas: Object.fromEntries(Object.entries(quotas).filter(([type]) => isQuotaType(type))),
    isolation: isolation === '' || isolation === 'standard' ? 'standard' : 'strong',
    revision,
  };
}
