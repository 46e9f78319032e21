import { isAboutEvent, type Finding } from '@windlass/hash-chain';
import type { DataSource } from 'typeorm';

/** An account whose next checkpoint is due, claimed by this process. */
export interface DueAccount {
  readonly accountId: string;
  /** Marks of changes so far: one that comes meanwhile is not forgotten. */
  readonly changes: string;
}

/** What the last check of an account found, as it is kept. */
export interface KeptProblem {
  readonly finding: Finding;
  /** ISO 8601. */
  readonly foundAt: string;
}

// A process that dies with a claim gives it back by this.
const CLAIM = "interval '15 minutes'";

/** Which accounts have new events, and when their next checkpoints are due: shared by all processes of the service. */
export class AccountSchedule {
  constructor(
    private readonly dataSource: DataSource,
    /** Between two scheduled checkpoints of one account. */
    private readonly intervalMs: number,
  ) {}

  async followedUntil(service: string): Promise<string> {
    const rows = await this.dataSource.query<{ position: string }[]>('SELECT position FROM history.followed_sources WHERE service = $1', [service]);
    return rows[0]?.position ?? '';
  }

  /** Marks accounts as changed and moves on, in one transaction; nothing when another process moved on meanwhile. */
  async markChanged(service: string, accountIds: readonly string[], from: string, to: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const moved = await manager.query<unknown[]>(
        `INSERT INTO history.followed_sources (service, position) VALUES ($1, $3)
         ON CONFLICT (service) DO UPDATE SET position = $3 WHERE followed_sources.position = $2 RETURNING service`,
        [service, from, to],
      );
      if (moved.length === 0) return;
      // In one order, so that two services' marks do not wait for each other.
      await manager.query(
        `INSERT INTO history.accounts (account_id, changes, due_at) SELECT id, 1, now() FROM unnest($1::text[]) AS id ORDER BY id
         ON CONFLICT (account_id) DO UPDATE SET changes = accounts.changes + 1,
           due_at = COALESCE(accounts.due_at, GREATEST(now(), accounts.checked_at + $2 * interval '1 millisecond'))`,
        [accountIds, this.intervalMs],
      );
    });
  }

  async claim(): Promise<DueAccount | undefined> {
    const rows = await this.dataSource.query<DueAccount[]>(
      `WITH claimed AS (
         UPDATE history.accounts SET claimed_until = now() + ${CLAIM}
          WHERE account_id = (
            SELECT account_id FROM history.accounts WHERE due_at <= now() AND (claimed_until IS NULL OR claimed_until < now())
             ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING account_id, changes)
       SELECT account_id AS "accountId", changes::text FROM claimed`,
    );
    return rows[0];
  }

  /** Due again after the interval when it changed meanwhile, or stays wrong. */
  async done({ accountId, changes }: DueAccount, wrong: boolean): Promise<void> {
    await this.dataSource.query(
      `UPDATE history.accounts SET claimed_until = NULL,
         due_at = CASE WHEN changes = $2::bigint AND NOT $4 THEN NULL ELSE now() + $3 * interval '1 millisecond' END
        WHERE account_id = $1`,
      [accountId, changes, this.intervalMs, wrong],
    );
  }

  async postpone({ accountId }: DueAccount, milliseconds: number): Promise<void> {
    await this.dataSource.query(`UPDATE history.accounts SET claimed_until = NULL, due_at = now() + $2 * interval '1 millisecond' WHERE account_id = $1`, [accountId, milliseconds]);
  }

  /** Keeps what a check found; undefined for nothing wrong. */
  async keepOutcome(accountId: string, problem: KeptProblem | undefined): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO history.accounts (account_id, checked_at, problem) VALUES ($1, now(), $2)
       ON CONFLICT (account_id) DO UPDATE SET checked_at = now(), problem = $2`,
      [accountId, problem === undefined ? null : JSON.stringify(problem)],
    );
  }

  async problemOf(accountId: string): Promise<KeptProblem | undefined> {
    const rows = await this.dataSource.query<{ problem: KeptProblem | null }[]>('SELECT problem FROM history.accounts WHERE account_id = $1', [accountId]);
    return rows[0]?.problem ?? undefined;
  }
}

/** The place of what is wrong, for those that have one. */
export function placeFields(finding: Finding): { readonly service: string; readonly stream_id: string; readonly version: number; readonly position: string } {
  if (!isAboutEvent(finding)) return { service: '', stream_id: '', version: 0, position: '' };
  const { service, streamId, version, position } = finding;
  return { service, stream_id: streamId, version, position };
}
