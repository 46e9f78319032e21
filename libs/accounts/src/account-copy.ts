import type { EntityManager, QueryRunner } from 'typeorm';
import type { AccountStanding } from './account-standing.js';
import { QUOTAS, type QuotaType } from './quota-types.js';

/** Makes the table of an AccountCopy in a service's own schema. For a migration. */
export async function createAccountTable(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE ${schema}.accounts (
      domain_id text PRIMARY KEY,
      status    text NOT NULL,
      quotas    jsonb NOT NULL
    )`);
}

export async function dropAccountTable(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`DROP TABLE ${schema}.accounts`);
}

/** A service's own copy of what iam says about accounts: what it may ask in its own transactions. */
export class AccountCopy {
  constructor(
    private readonly schema: string,
    /** Quotas every account has in this deployment, where that is not the preset. */
    private readonly presets: Readonly<Partial<Record<QuotaType, number | undefined>>> = {},
  ) {}

  /** What every account has until an operator says otherwise. */
  preset(type: QuotaType): number {
    return this.presets[type] ?? QUOTAS[type].preset;
  }

  async keep(manager: EntityManager, standings: readonly AccountStanding[]): Promise<void> {
    for (const { domainId, status, quotas } of standings) {
      await manager.query(
        `INSERT INTO ${this.schema}.accounts (domain_id, status, quotas) VALUES ($1, $2, $3)
         ON CONFLICT (domain_id) DO UPDATE SET status = excluded.status, quotas = excluded.quotas`,
        [domainId, status, JSON.stringify(quotas)],
      );
    }
  }

  all(manager: EntityManager): Promise<AccountStanding[]> {
    return manager.query<AccountStanding[]>(`SELECT domain_id AS "domainId", status, quotas FROM ${this.schema}.accounts`);
  }

  /** What the account may have: its own quota, or that of every account when no operator has set it. */
  async quota(manager: EntityManager, domainId: string, type: QuotaType): Promise<number> {
    const rows = await manager.query<{ own: number | null }[]>(
      `SELECT (quotas->>$2)::float8 AS own FROM ${this.schema}.accounts WHERE domain_id = $1`,
      [domainId, type],
    );
    return rows[0]?.own ?? this.preset(type);
  }
}
