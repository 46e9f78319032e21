import type { EntityManager, QueryRunner } from 'typeorm';
import type { AccountStanding, IsolationDemand } from './account-standing.js';
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

/** For a later migration: with it an older message that comes after a newer one is recognised. */
export async function addAccountRevision(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`ALTER TABLE ${schema}.accounts ADD COLUMN revision bigint NOT NULL DEFAULT 0`);
}

export async function dropAccountRevision(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`ALTER TABLE ${schema}.accounts DROP COLUMN revision`);
}

/** For a later migration: what isolation the account demands of its functions. */
export async function addAccountIsolation(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`ALTER TABLE ${schema}.accounts ADD COLUMN isolation text NOT NULL DEFAULT 'standard'`);
}

export async function dropAccountIsolation(queryRunner: QueryRunner, schema: string): Promise<void> {
  await queryRunner.query(`ALTER TABLE ${schema}.accounts DROP COLUMN isolation`);
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

  /**
   * Keeps each standing unless a newer one of its account is there: messages come twice, and after newer ones. Answers those
   * that are kept.
   */
  async keep(manager: EntityManager, standings: readonly AccountStanding[]): Promise<AccountStanding[]> {
    const kept: AccountStanding[] = [];
    for (const standing of standings) {
      const { domainId, status, quotas, isolation, revision } = standing;
      const rows = await manager.query<unknown[]>(
        `INSERT INTO ${this.schema}.accounts AS known (domain_id, status, quotas, isolation, revision) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (domain_id) DO UPDATE SET status = excluded.status, quotas = excluded.quotas, isolation = excluded.isolation, revision = excluded.revision
           WHERE known.revision <= excluded.revision
         RETURNING domain_id`,
        [domainId, status, JSON.stringify(quotas), isolation, revision],
      );
      if (rows.length > 0) kept.push(standing);
    }
    return kept;
  }

  async empty(manager: EntityManager): Promise<void> {
    await manager.query(`TRUNCATE ${this.schema}.accounts`);
  }

  async all(manager: EntityManager): Promise<AccountStanding[]> {
    const rows = await manager.query<(Omit<AccountStanding, 'revision'> & { revision: string })[]>(`SELECT domain_id AS "domainId", status, quotas, isolation, revision FROM ${this.schema}.accounts`);
    return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
  }

  /** What the account may have: its own quota, or that of every account when no operator has set it. */
  async quota(manager: EntityManager, domainId: string, type: QuotaType): Promise<number> {
    const rows = await manager.query<{ own: number | null }[]>(
      `SELECT (quotas->>$2)::float8 AS own FROM ${this.schema}.accounts WHERE domain_id = $1`,
      [domainId, type],
    );
    return rows[0]?.own ?? this.preset(type);
  }

  /** What the account demands of the isolation of its functions. */
  async isolation(manager: EntityManager, domainId: string): Promise<IsolationDemand> {
    const rows = await manager.query<{ isolation: IsolationDemand }[]>(`SELECT isolation FROM ${this.schema}.accounts WHERE domain_id = $1`, [domainId]);
    return rows[0]?.isolation ?? 'standard';
  }
}
