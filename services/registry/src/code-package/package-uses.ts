import type { EntityManager } from 'typeorm';
import type { PackageStore } from './package-store.js';

/**
 * When each stored package was last in use. One that no function uses, no dependency has and no account's history keeps is removed when its
 * grace is over: a worker whose catalog is behind may still ask for it, and an upload may be stored whose event is not.
 */
export class PackageUses {
  constructor(
    private readonly schema: string,
    private readonly graceSeconds: number,
  ) {}

  async touch(manager: EntityManager, digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    // In one order, so that two transactions cannot wait for each other.
    await manager.query(
      `INSERT INTO ${this.schema}.packages (digest, used_at) SELECT DISTINCT digest, now() FROM unnest($1::text[]) AS used (digest) ORDER BY digest
       ON CONFLICT (digest) DO UPDATE SET used_at = now()`,
      [digests],
    );
  }

  /** Removes what crashes left of uploads, when their grace is over; answers how many. */
  removeUnfinished(store: PackageStore, now: Date): Promise<number> {
    return store.removeUnfinished(new Date(now.getTime() - this.graceSeconds * 1_000));
  }

  /** Removes packages nobody uses, a bounded number of them; answers how many. The rows stay locked until the files are gone. */
  async removeUnused(manager: EntityManager, store: PackageStore): Promise<number> {
    return manager.transaction(async (inner) => {
      const unused = await inner.query<{ digest: string }[]>(
        `SELECT digest FROM ${this.schema}.packages p
         WHERE used_at < now() - make_interval(secs => $1)
           AND NOT EXISTS (SELECT FROM ${this.schema}.functions f WHERE f.code_digest = p.digest)
           AND NOT EXISTS (SELECT FROM ${this.schema}.function_versions v WHERE v.code_digest = p.digest)
           AND NOT EXISTS (SELECT FROM ${this.schema}.dependency_versions d WHERE d.digest = p.digest)
           AND NOT EXISTS (SELECT FROM ${this.schema}.superseded_packages s WHERE s.digest = p.digest)
         ORDER BY digest LIMIT 100 FOR UPDATE SKIP LOCKED`,
        [this.graceSeconds],
      );
      for (const { digest } of unused) {
        await inner.query(`DELETE FROM ${this.schema}.packages WHERE digest = $1`, [digest]);
        await store.remove(digest);
      }
      return unused.length;
    });
  }
}
