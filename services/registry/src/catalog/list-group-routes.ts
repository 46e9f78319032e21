import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { DataSource } from 'typeorm';
import { TriggerRow } from '../trigger/trigger.entity.js';
import { triggerRoute } from './function-spec.js';

export class ListGroupRoutesQuery extends Query<Route[]> {
  constructor(readonly groupId: string) {
    super();
  }
}

@QueryHandler(ListGroupRoutesQuery)
export class ListGroupRoutesHandler implements IQueryHandler<ListGroupRoutesQuery> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ groupId }: ListGroupRoutesQuery): Promise<Route[]> {
    // A group is asked for by what a stranger wrote into an address; what cannot be an id is not looked up.
    if (!/^[0-9a-f]{32}$/.test(groupId)) return [];
    const rows = await this.dataSource.manager.find(TriggerRow, { where: { groupId }, order: { createdAt: 'ASC', triggerId: 'ASC' } });
    return rows.map((row) => triggerRoute(row.record, row.revision));
  }
}
