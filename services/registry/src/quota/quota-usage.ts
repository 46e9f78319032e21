import type { EntityManager } from 'typeorm';
import { refusal } from '../refusal.js';

/** Quotas of an account that functions use up, by their documented types. */
export type QuotaType = 'fgs_func_num' | 'fgs_func_code_size';

export interface QuotaLimits {
  /** Functions of one account. */
  readonly functions: number;
  /** Megabytes of all code packages of one account. */
  readonly codeMegabytes: number;
}

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
    readonly limits: QuotaLimits,
    private readonly schema: string,
  ) {}

  /** Fails with FSS.1041 or FSS.1042 when the change takes more than is left. The caller's transaction must then end. */
  async take(manager: EntityManager, domainId: string, change: QuotaChange): Promise<void> {
    // Always in this order, so that two transactions cannot wait for each other.
    const functions = await this.count(manager, domainId, 'fgs_func_num', change.functions);
    if (change.functions > 0 && functions > this.limits.functions) throw this.tooManyFunctions();
    const codeBytes = await this.count(manager, domainId, 'fgs_func_code_size', change.codeBytes);
    if (change.codeBytes > 0 && codeBytes > this.limits.codeMegabytes * MEBIBYTE) throw this.tooMuchCode();
  }

  /** Counts without a limit: for rebuilding from history, in which every change was allowed. */
  async recount(manager: EntityManager, domainId: string, change: QuotaChange): Promise<void> {
    await this.count(manager, domainId, 'fgs_func_num', change.functions);
    await this.count(manager, domainId, 'fgs_func_code_size', change.codeBytes);
  }

  /** Fails as `take` would, without taking: so that nobody uploads for nothing. The answer may be out of date at once. */
  async requireRoom(manager: EntityManager, domainId: string, change: QuotaChange): Promise<void> {
    const used = await this.used(manager, domainId);
    if (change.functions > 0 && used.functions + change.functions > this.limits.functions) throw this.tooManyFunctions();
    if (change.codeBytes > 0 && used.codeBytes + change.codeBytes > this.limits.codeMegabytes * MEBIBYTE) throw this.tooMuchCode();
  }

  async used(manager: EntityManager, domainId: string): Promise<QuotaUsage> {
    const rows = await manager.query<{ quota: QuotaType; used: string }[]>(
      `SELECT quota, used FROM ${this.schema}.quota_usage WHERE domain_id = $1`,
      [domainId],
    );
    const of = (quota: QuotaType): number => Number(rows.find((row) => row.quota === quota)?.used ?? 0);
    return { functions: of('fgs_func_num'), codeBytes: of('fgs_func_code_size') };
  }

  private async count(manager: EntityManager, domainId: string, quota: QuotaType, change: number): Promise<number> {
    if (change === 0) return 0;
    const rows = await manager.query<{ used: string }[]>(
      `INSERT INTO ${this.schema}.quota_usage AS usage (domain_id, quota, used) VALUES ($1, $2, greatest($3::bigint, 0))
       ON CONFLICT (domain_id, quota) DO UPDATE SET used = usage.used + $3 RETURNING used`,
      [domainId, quota, change],
    );
    return Number(rows[0]?.used);
  }

  private tooManyFunctions(): Error {
    return refusal(
      'quota_exceeded',
      'FSS.1041',
      'FUNCTION_QUOTA_EXCEEDED',
      `The account has used up its quota fgs_func_num of ${this.limits.functions} functions. ${remedy('WINDLASS_FUNCTION_QUOTA')}`,
    );
  }

  private tooMuchCode(): Error {
    return refusal(
      'quota_exceeded',
      'FSS.1042',
      'CODE_SIZE_QUOTA_EXCEEDED',
      `The code would exceed the account's quota fgs_func_code_size of ${this.limits.codeMegabytes} MB. ${remedy('WINDLASS_CODE_SIZE_QUOTA_MB')}`,
    );
  }
}

function remedy(setting: string): string {
  return `Delete functions it no longer needs, or ask the platform's operator to raise ${setting}.`;
}
