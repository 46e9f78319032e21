import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The newest revision heard of one route. */
@Entity({ name: 'routes' })
export class KnownRoute {
  @PrimaryColumn({ name: 'route_id', type: 'text' })
  routeId: string;

  @Column({ name: 'group_id', type: 'text' })
  groupId: string;

  @Column({ type: 'bigint' })
  revision: string;

  /** Null when the route was removed: the row then only keeps older news from bringing it back. */
  @Column({ type: 'jsonb', nullable: true })
  definition: Partial<Route> | null;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt: Date;
}
