import { AccountCopy, howToRaise, type QuotaType } from '@windlass/accounts';
import type { EntityManager } from 'typeorm';
import { refusal } from '../refusal.js';

/** Quotas of an account that functions use up. */
type CountedQuota = Extract<QuotaType, 'fgs_func_num' | 'fgs_func_code_size'>;

export interface QuotaUsage {
  readonly functions: number;
  readonly codeBytes: number;
}

/** What one change takes from an account's quotas; negative numbers give back. */
export type QuotaChange = QuotaUsage;

const MEBIBYTE = 1024 * 1024;

/**
 * Counts what each account uses. One row per account and quota is changed inside the transaction that uses it up, so of
 * two that want the last place the second waits for the first and is refused.
 */
export class Quotas {
  constructor(
    private readonly accounts: AccountCopy,
    private readonly schema: string,
  ) {}

  /** Fails with FSS.1041 or FSS.1042 when the change takes more than is left. The caller's transaction must then end. */
  async take(manager: EntityManager, domainId: string, change: QuotaChange): Promise<void> {
    // Always in this order, so that two transactions cannot wait for each other.
    const functions = await this.count(manager, domainId, 'fgs_func_num', change.functions);
    await this.requireFunctions(manager, domainId, change, functions);
    const codeBytes = await this.count(manager, domainId, 'fgs_func_code_size', change.codeBytes);
    await this.requireCodeBytes(manager, domainId, change, codeBytes);
  }

  /** Counts what functions took, from their first event to their last, without a limit: in history every change was allowed. */
  async recount(manager: EntityManager, changes: readonly (QuotaChange & { readonly domainId: string })[]): Promise<void> {
    const counts = changes.flatMap(({ domainId, functions, codeBytes }) => [
      { domainId, quota: 'fgs_func_num', change: functions },
      { domainId, quota: 'fgs_func_code_size', change: codeBytes },
    ]);
    const counted = counts.filter(({ change }) => change !== 0);
    await manager.query(
      `INSERT INTO ${this.schema}.quota_usage AS usage (domain_id, quota, used)
       SELECT domain_id, quota, sum(change) FROM unnest($1::text[], $2::text[], $3::bigint[]) AS counted (domain_id, quota, change) GROUP BY domain_id, quota
       ON CONFLICT (domain_id, quota) DO UPDATE SET used = usage.used + excluded.used`,
      [counted.map(({ domainId }) => domainId), counted.map(({ quota }) => quota), counted.map(({ change }) => change)],
    );
  }

  /** Fails as `take` would, without taking: so that nobody uploads for nothing. The answer may be out of date at once. */
  async requireRoom(manager: EntityManager, domainId: string, change: QuotaChange): Promise<void> {
    const used = await this.used(manager, domainId);
    await this.requireFunctions(manager, domainId, change, used.functions + change.functions);
    await this.requireCodeBytes(manager, domainId, change, used.codeBytes + change.codeBytes);
  }

  async used(manager: EntityManager, domainId: string): Promise<QuotaUsage> {
    const rows = await manager.query<{ quota: CountedQuota; used: string }[]>(
      `SELECT quota, used FROM ${this.schema}.quota_usage WHERE domain_id = $1`,
      [domainId],
    );
    const of = (quota: CountedQuota): number => Number(rows.find((row) => row.quota === quota)?.used ?? 0);
    return { functions: of('fgs_func_num'), codeBytes: of('fgs_func_code_size') };
  }

  private async count(manager: EntityManager, domainId: string, quota: CountedQuota, change: number): Promise<number> {
    if (change === 0) return 0;
    const rows = await manager.query<{ used: string }[]>(
      `INSERT INTO ${this.schema}.quota_usage AS usage (domain_id, quota, used) VALUES ($1, $2, greatest($3::bigint, 0))
       ON CONFLICT (domain_id, quota) DO UPDATE SET used = usage.used + $3 RETURNING used`,
      [domainId, quota, change],
    );
    return Number(rows[0]?.used);
  }

  /** A quota that was lowered below what is in use takes nothing away: it only refuses more. */
  private async requireFunctions(manager: EntityManager, domainId: string, change: QuotaChange, after: number): Promise<void> {
    if (change.functions <= 0) return;
    const limit = await this.accounts.quota(manager, domainId, 'fgs_func_num');
    if (after <= limit) return;
    const remedy = howToRaise('fgs_func_num', limit, domainId);
    throw refusal('quota_exceeded', 'FSS.1041', 'FUNCTION_QUOTA_EXCEEDED', `The account has all the functions it may have. ${remedy}`);
  }

  private async requireCodeBytes(manager: EntityManager, domainId: string, change: QuotaChange, after: number): Promise<void> {
    if (change.codeBytes <= 0) return;
    const limit = await this.accounts.quota(manager, domainId, 'fgs_func_code_size');
    if (after <= limit * MEBIBYTE) return;
    const remedy = howToRaise('fgs_func_code_size', limit, domainId);
    throw refusal('quota_exceeded', 'FSS.1042', 'CODE_SIZE_QUOTA_EXCEEDED', `The account would have more code than it may. ${remedy}`);
  }
}
