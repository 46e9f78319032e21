import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListQuotasResponse } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { Quotas } from './quota-usage.js';

export class ListQuotasQuery extends Query<ListQuotasResponse> {
  constructor(readonly caller: Caller) {
    super();
  }
}

@QueryHandler(ListQuotasQuery)
export class ListQuotasHandler implements IQueryHandler<ListQuotasQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly quotas: Quotas,
  ) {}

  /** Only quotas that this installation keeps. The size of code is the only one with a unit, as documented. */
  async execute({ caller }: ListQuotasQuery): Promise<ListQuotasResponse> {
    const { limits } = this.quotas;
    const used = await this.quotas.used(this.dataSource.manager, caller.domainId);
    const codeMegabytes = Math.ceil(used.codeBytes / 1024 / 1024);
    return ListQuotasResponse.fromPartial({
      quotas: {
        resources: [
          { type: 'fgs_func_num', quota: limits.functions, used: used.functions },
          { type: 'fgs_func_code_size', quota: limits.codeMegabytes, used: codeMegabytes, unit: 'MB' },
        ],
      },
    });
  }
}
