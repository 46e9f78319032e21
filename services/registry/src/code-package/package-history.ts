import type { EntityManager } from 'typeorm';

/** How long, and how much, of the code that functions no longer use is kept for going back to it. */
export interface HistoryLimits {
  /** From when the last function or version of the account stopped using it. 0 keeps nothing. */
  readonly days: number;
  /** Of all such packages of an account together; the oldest go first. */
  readonly megabytes: number;
}

export const HISTORY_LIMITS: HistoryLimits = { days: 30, megabytes: 10_240 };

/** A package that a function or a version stopped using. */
export interface SupersededPackage {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Which packages each account has stopped using, and when: what a rollback can still bring back. */
export class PackageHistory {
  constructor(
    private readonly schema: string,
    private readonly limits: HistoryLimits,
  ) {}

  get days(): number {
    return this.limits.days;
  }

  /** In the transaction of the event that says so. The same event again changes nothing. */
  async supersede(manager: EntityManager, packages: readonly (SupersededPackage & { readonly domainId: string; readonly at: Date })[]): Promise<void> {
    if (packages.length === 0) return;
    // In one order, so that two transactions cannot wait for each other.
    await manager.query(
      `INSERT INTO ${this.schema}.superseded_packages AS known (domain_id, digest, size_bytes, superseded_at)
       SELECT domain_id, digest, max(size_bytes), max(superseded_at)
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) AS superseded (domain_id, digest, size_bytes, superseded_at)
        GROUP BY domain_id, digest ORDER BY domain_id, digest
       ON CONFLICT (domain_id, digest) DO UPDATE SET superseded_at = greatest(known.superseded_at, excluded.superseded_at)`,
      [packages.map(({ domainId }) => domainId), packages.map(({ digest }) => digest), packages.map(({ sizeBytes }) => sizeBytes), packages.map(({ at }) => at)],
    );
  }

  /** Lets go of what is too old, or too much. The packages are then like any that nobody uses. */
  async forget(manager: EntityManager): Promise<void> {
    await manager.query(
      `DELETE FROM ${this.schema}.superseded_packages p
       USING (SELECT domain_id, digest, superseded_at, sum(size_bytes) OVER (PARTITION BY domain_id ORDER BY superseded_at DESC, digest) AS total
              FROM ${this.schema}.superseded_packages) kept
       WHERE p.domain_id = kept.domain_id AND p.digest = kept.digest AND p.superseded_at = kept.superseded_at
         AND (kept.superseded_at <= now() - make_interval(days => $1) OR kept.total > $2::bigint * 1048576)`,
      [this.limits.days, this.limits.megabytes],
    );
  }
}
