import { Route } from '@windlass/contracts/registry/v1/catalog';
import type { DataSource } from 'typeorm';
import type { RouteChange } from '../data-path/index.js';
import { KnownRoute } from './known-route.entity.js';

// Longer than any event is repeated or late; until then a removal outlives its route.
const REMOVAL_KEPT = '30 days';

/** The read model behind the route table: what events said, kept so that a restarted gateway need not hear them again. */
export class KnownRoutes {
  constructor(private readonly dataSource: DataSource) {}

  async all(): Promise<RouteChange[]> {
    const rows = await this.dataSource.getRepository(KnownRoute).find();
    return rows.map(({ routeId, groupId, revision, definition }) => ({
      routeId,
      groupId,
      revision: Number(revision),
      route: definition === null ? undefined : Route.fromPartial(definition),
    }));
  }

  /** Keeps every change unless one of the same or a newer revision is there. A repeated or late event changes nothing. */
  async keep(changes: readonly RouteChange[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      for (const { routeId, groupId, revision, route } of changes) {
        await manager.query(
          `INSERT INTO gateway.routes AS known (route_id, group_id, revision, definition)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (route_id) DO UPDATE
             SET group_id = excluded.group_id, revision = excluded.revision, definition = excluded.definition, changed_at = now()
             WHERE known.revision < excluded.revision`,
          [routeId, groupId, revision, route === undefined ? null : JSON.stringify(route)],
        );
      }
    });
  }

  async empty(): Promise<void> {
    await this.dataSource.query('TRUNCATE gateway.routes');
  }

  /** Removals would pile up for ever; the old ones have done their work. */
  async forgetOldRemovals(): Promise<void> {
    await this.dataSource.query(`DELETE FROM gateway.routes WHERE definition IS NULL AND changed_at < now() - interval '${REMOVAL_KEPT}'`);
  }
}
