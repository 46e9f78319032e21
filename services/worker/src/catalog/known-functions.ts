import type { DataSource } from 'typeorm';
import type { KnownRevision } from './function-catalog.js';
import { KnownFunction } from './known-function.entity.js';

/** The read model behind the catalog: what events said, kept so that a restarted worker need not hear them again. */
export class KnownFunctions {
  constructor(private readonly dataSource: DataSource) {}

  async all(): Promise<KnownRevision[]> {
    const rows = await this.dataSource.getRepository(KnownFunction).find();
    return rows.map(({ functionId, version, revision, removed, reserved }) => ({ functionId, version, revision: Number(revision), removed, reserved }));
  }

  async empty(): Promise<void> {
    await this.dataSource.query('TRUNCATE worker.functions');
  }

  /** Keeps each revision unless a newer one is there. A repeated event changes nothing. */
  async keep(changes: readonly (KnownRevision & { readonly domainId: string })[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      for (const { functionId, version, revision, removed, reserved, domainId } of changes) {
        await manager.query(
          `INSERT INTO worker.functions AS known (func_id, version, revision, removed, reserved, domain_id)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (func_id, version) DO UPDATE
             SET revision = excluded.revision, removed = excluded.removed, reserved = excluded.reserved, domain_id = excluded.domain_id
             WHERE known.revision < excluded.revision OR (known.revision = excluded.revision AND excluded.removed)`,
          [functionId, version, revision, removed, reserved, domainId],
        );
      }
    });
  }
}
