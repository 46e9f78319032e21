import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AccountCopy, type QuotaType } from '@windlass/accounts';
import { ListQuotasResponse } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { MOST_INSTANCES } from '../function/scaling.js';
import { Quotas, type QuotaUsage } from './quota-usage.js';

const MEBIBYTE = 1024 * 1024;

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
    private readonly accounts: AccountCopy,
  ) {}

  /** Quotas that this installation keeps. The size of code is the only one with a unit, as documented. */
  async execute({ caller: { domainId } }: ListQuotasQuery): Promise<ListQuotasResponse> {
    const { manager } = this.dataSource;
    const used = await this.quotas.used(manager, domainId);
    const quota = (type: QuotaType): Promise<number> => this.accounts.quota(manager, domainId, type);
    return viewQuotas(used, quota);
  }
}

/** The size of code is the only one with a unit, as documented. */
export async function viewQuotas(used: QuotaUsage, quota: (type: QuotaType) => Promise<number>): Promise<ListQuotasResponse> {
  return ListQuotasResponse.fromPartial({
    quotas: {
      resources: [
        { type: 'fgs_func_num', quota: await quota('fgs_func_num'), used: used.functions },
        { type: 'fgs_func_code_size', quota: await quota('fgs_func_code_size'), used: Math.ceil(used.codeBytes / MEBIBYTE), unit: 'MB' },
        // What runs at this moment only the workers know; nothing can be reserved, so nothing counts it.
        { type: 'fgs_func_qos_limit', quota: await quota('fgs_func_qos_limit') },
        { type: 'fgs_func_occurs', quota: await quota('fgs_func_occurs') },
        // The most that max_instance_num of one function may say.
        { type: 'fgs_on_demand_instance_limit', quota: MOST_INSTANCES },
        // There are none.
        { type: 'fgs_workflow_num', quota: 0, used: 0 },
      ],
    },
  });
}
