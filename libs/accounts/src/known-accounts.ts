import type { AccountStanding, AccountStatus, IsolationDemand } from './account-standing.js';
import { QUOTAS, type QuotaType } from './quota-types.js';

/** Which of two is newer is decided before. */
type Standing = Omit<AccountStanding, 'revision'>;

/**
 * Standings of accounts in memory, for those who must not ask a database. Only what differs from a new account's takes room:
 * an account that was never heard of is active, has the preset quotas and demands no isolation.
 */
export class KnownAccounts {
  private readonly unusual = new Map<string, Standing>();

  learn(standing: Standing): void {
    const usual = standing.status === 'active' && Object.keys(standing.quotas).length === 0 && standing.isolation === 'standard';
    if (usual) this.unusual.delete(standing.domainId);
    else this.unusual.set(standing.domainId, standing);
  }

  statusOf(domainId: string): AccountStatus {
    return this.unusual.get(domainId)?.status ?? 'active';
  }

  isolationOf(domainId: string): IsolationDemand {
    return this.unusual.get(domainId)?.isolation ?? 'standard';
  }

  quotaOf(domainId: string, type: QuotaType): number {
    return this.unusual.get(domainId)?.quotas[type] ?? QUOTAS[type].preset;
  }
}
