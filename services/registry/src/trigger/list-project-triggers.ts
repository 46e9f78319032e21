import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListTriggersResponse, type ListTriggersRequest } from '@windlass/contracts/registry/v1/trigger_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionRow } from '../function/function.entity.js';
import { readPage } from '../function/page.js';
import { GatewayAddress } from './gateway-address.js';
import { TriggerRow } from './trigger.entity.js';
import { viewTrigger } from './trigger-view.js';

export class ListProjectTriggersQuery extends Query<ListTriggersResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListTriggersRequest,
  ) {
    super();
  }
}

@QueryHandler(ListProjectTriggersQuery)
export class ListProjectTriggersHandler implements IQueryHandler<ListProjectTriggersQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly gateway: GatewayAddress,
  ) {}

  /** Oldest first, of the functions that the caller's permissions reach. */
  async execute({ caller, request }: ListProjectTriggersQuery): Promise<ListTriggersResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const selected = this.dataSource.manager.createQueryBuilder(TriggerRow, 't').where('t.projectId = :projectId', { projectId: caller.projectId });
    if (!caller.principal.all_enterprise_projects) {
      selected
        .innerJoin(FunctionRow, 'f', 'f.funcId = t.funcId')
        .andWhere('f.enterpriseProjectId = ANY(:reached)', { reached: caller.principal.enterprise_project_ids });
    }
    const [rows, count] = await selected.orderBy('t.createdAt').addOrderBy('t.triggerId').offset(offset).limit(limit).getManyAndCount();
    return ListTriggersResponse.fromPartial({
      triggers: rows.map(({ record }) => ({ ...viewTrigger(record, this.gateway), func_urn: record.funcUrn })),
      next_marker: rows.length === 0 ? count : offset + rows.length,
      count,
    });
  }
}
