import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListTriggersResponse, type ListTriggersRequest, type Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { History, type HistoryResource, type Moment } from '@windlass/resource-history';
import type { Caller } from '../caller/caller.js';
import { LATEST } from '../function/function-urn.js';
import { readPage } from '../function/page.js';
import { GatewayAddress } from '../trigger/gateway-address.js';
import { requireTriggerType } from '../trigger/show-trigger.js';
import { requireTriggerId, triggerMissing } from '../trigger/trigger.errors.js';
import { targetOf, type TriggerRecord, type TriggerState } from '../trigger/trigger.state.js';
import { viewTrigger } from '../trigger/trigger-view.js';
import { PastFunctions } from './past-functions.js';
import { byText } from './read-past-functions.js';
import { triggerResource } from './registry-resources.js';

/** The caller's triggers as they were, oldest first. */
export class PastTriggers {
  private readonly resource: HistoryResource<TriggerState>;

  constructor(
    private readonly history: History,
    gateway: GatewayAddress,
  ) {
    this.resource = triggerResource(gateway);
  }

  async all(caller: Caller, moment: Moment): Promise<readonly TriggerRecord[]> {
    const states = await this.history.statesAt(this.resource, caller.domainId, moment);
    const records = [...states.values()].flatMap((state) => (state.status === 'active' ? [state.trigger] : []));
    return records.sort((a, b) => byText(a.createdAt, b.createdAt) || byText(a.triggerId, b.triggerId));
  }

  /** Those of a function's version or alias; of all of it for "latest". */
  async of(caller: Caller, funcId: string, qualifier: string, moment: Moment): Promise<readonly TriggerRecord[]> {
    const all = await this.all(caller, moment);
    return all.filter((record) => record.funcId === funcId && (qualifier === LATEST || targetOf(record) === qualifier));
  }
}

/** What ShowTriggerQuery would have answered then. */
export class ShowPastTriggerQuery extends Query<Trigger> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly trigger: { readonly type: string; readonly id: string },
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastTriggerQuery)
export class ShowPastTriggerHandler implements IQueryHandler<ShowPastTriggerQuery> {
  constructor(
    private readonly functions: PastFunctions,
    private readonly triggers: PastTriggers,
    private readonly gateway: GatewayAddress,
  ) {}

  async execute({ caller, urn, trigger, asOf }: ShowPastTriggerQuery): Promise<Trigger> {
    const moment = await this.functions.moment(caller, asOf);
    const { state, qualifier } = await this.functions.locate(caller, urn, moment);
    requireTriggerType(trigger.type);
    requireTriggerId(trigger.id);
    const found = (await this.triggers.of(caller, state.function.funcId, qualifier, moment)).find(({ triggerId }) => triggerId === trigger.id);
    if (found?.type !== trigger.type) throw triggerMissing(trigger.id);
    return viewTrigger(found, this.gateway);
  }
}

/** What ListTriggersQuery would have answered then. */
export class ListPastTriggersQuery extends Query<Trigger[]> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastTriggersQuery)
export class ListPastTriggersHandler implements IQueryHandler<ListPastTriggersQuery> {
  constructor(
    private readonly functions: PastFunctions,
    private readonly triggers: PastTriggers,
    private readonly gateway: GatewayAddress,
  ) {}

  async execute({ caller, urn, asOf }: ListPastTriggersQuery): Promise<Trigger[]> {
    const moment = await this.functions.moment(caller, asOf);
    const { state, qualifier } = await this.functions.locate(caller, urn, moment);
    const found = await this.triggers.of(caller, state.function.funcId, qualifier, moment);
    return found.map((record) => viewTrigger(record, this.gateway));
  }
}

/** What ListProjectTriggersQuery would have answered then. */
export class ListPastProjectTriggersQuery extends Query<ListTriggersResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListTriggersRequest,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastProjectTriggersQuery)
export class ListPastProjectTriggersHandler implements IQueryHandler<ListPastProjectTriggersQuery> {
  constructor(
    private readonly functions: PastFunctions,
    private readonly triggers: PastTriggers,
    private readonly gateway: GatewayAddress,
  ) {}

  async execute({ caller, request, asOf }: ListPastProjectTriggersQuery): Promise<ListTriggersResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const moment = await this.functions.moment(caller, asOf);
    const reached = new Set((await this.functions.all(caller, moment)).map(({ funcId }) => funcId));
    const found = (await this.triggers.all(caller, moment)).filter(({ projectId, funcId }) => projectId === caller.projectId && reached.has(funcId));
    const shown = found.slice(offset, offset + limit);
    return ListTriggersResponse.fromPartial({
      triggers: shown.map((record) => ({ ...viewTrigger(record, this.gateway), func_urn: record.funcUrn })),
      next_marker: shown.length === 0 ? found.length : offset + shown.length,
      count: found.length,
    });
  }
}
