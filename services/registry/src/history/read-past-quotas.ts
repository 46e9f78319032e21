import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AccountCopy } from '@windlass/accounts';
import type { ListQuotasResponse } from '@windlass/contracts/registry/v1/function_service';
import type { StoredEvent } from '@windlass/event-store';
import { happenedBy, History } from '@windlass/resource-history';
import type { Caller } from '../caller/caller.js';
import { FUNCTION_STREAMS, type FunctionEvent } from '../function/function.events.js';
import { quotaChange } from '../function/function.projection.js';
import { viewQuotas } from '../quota/list-quotas.js';
import { PastAccounts } from './past-accounts.js';

/** What ListQuotasQuery would have answered then. What every account has unless an operator says otherwise is today's. */
export class ListPastQuotasQuery extends Query<ListQuotasResponse> {
  constructor(
    readonly caller: Caller,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastQuotasQuery)
export class ListPastQuotasHandler implements IQueryHandler<ListPastQuotasQuery> {
  constructor(
    private readonly history: History,
    private readonly past: PastAccounts,
    private readonly accounts: AccountCopy,
  ) {}

  async execute({ caller, asOf }: ListPastQuotasQuery): Promise<ListQuotasResponse> {
    const moment = await this.history.moment(caller.domainId, asOf);
    const used = { functions: 0, codeBytes: 0 };
    let ended: string | undefined;
    for await (const event of this.history.store.readTenantStreams(caller.domainId, FUNCTION_STREAMS)) {
      if (event.streamId === ended) continue;
      if (happenedBy(event, moment)) {
        const change = quotaChange(event as StoredEvent<FunctionEvent>);
        used.functions += change.functions;
        used.codeBytes += change.codeBytes;
      } else {
        ended = event.streamId;
      }
    }
    const own = await this.past.quotas(caller, moment.at);
    return viewQuotas(used, (type) => Promise.resolve(own[type] ?? this.accounts.preset(type)));
  }
}
