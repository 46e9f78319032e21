import type { KnownAccounts } from '@windlass/accounts';
import { InvocationError } from '../invocation/outcome.js';

/** Lets requests in for accounts that may run functions, and as many of one account at once as its quota says. */
export class AccountAdmission {
  /** Requests in hand, of accounts that have any: they wait for an instance or are served by one. */
  private readonly running = new Map<string, number>();

  constructor(private readonly accounts: Pick<KnownAccounts, 'statusOf' | 'quotaOf'>) {}

  /** Throws an InvocationError for a request that may not come in; one that came in must leave exactly once. */
  enter(domainId: string): void {
    const status = this.accounts.statusOf(domainId);
    if (status !== 'active') throw new InvocationError({ kind: 'ACCOUNT_NOT_ACTIVE', status });
    const running = this.running.get(domainId) ?? 0;
    const limit = this.accounts.quotaOf(domainId, 'fgs_func_qos_limit');
    if (running >= limit) throw new InvocationError({ kind: 'ACCOUNT_AT_LIMIT', domainId, limit });
    this.running.set(domainId, running + 1);
  }

  leave(domainId: string): void {
    const running = (this.running.get(domainId) ?? 0) - 1;
    if (running > 0) this.running.set(domainId, running);
    else this.running.delete(domainId);
  }
}
