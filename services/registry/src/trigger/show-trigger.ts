import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { GatewayAddress } from './gateway-address.js';
import { TriggerRow } from './trigger.entity.js';
import { requireTriggerId, triggerMissing, triggerTypeMissing } from './trigger.errors.js';
import { calledBy } from './trigger-streams.js';
import { isGatewayType } from './trigger-type.js';
import { viewTrigger } from './trigger-view.js';

export class ShowTriggerQuery extends Query<Trigger> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly trigger: { readonly type: string; readonly id: string },
  ) {
    super();
  }
}

@QueryHandler(ShowTriggerQuery)
export class ShowTriggerHandler implements IQueryHandler<ShowTriggerQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
    private readonly gateway: GatewayAddress,
  ) {}

  async execute({ caller, urn, trigger }: ShowTriggerQuery): Promise<Trigger> {
    const { row: { funcId }, qualifier } = await this.lookup.locate(caller, urn);
    requireTriggerType(trigger.type);
    requireTriggerId(trigger.id);
    const row = await this.dataSource.manager.findOneBy(TriggerRow, { funcId, triggerId: trigger.id, ...calledBy(qualifier) });
    if (row?.record.type !== trigger.type) throw triggerMissing(trigger.id);
    return viewTrigger(row.record, this.gateway);
  }
}

/** A type in a path that no trigger of an HTTP function can have leads nowhere. */
export function requireTriggerType(code: string): void {
  if (!isGatewayType(code)) throw triggerTypeMissing(code);
}

export class ListTriggersQuery extends Query<Trigger[]> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ListTriggersQuery)
export class ListTriggersHandler implements IQueryHandler<ListTriggersQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
    private readonly gateway: GatewayAddress,
  ) {}

  /** Those of the version or alias that the URN names, and without one (or with latest) all of the function. Oldest first: there are no pages, and a function has a bounded number. */
  async execute({ caller, urn }: ListTriggersQuery): Promise<Trigger[]> {
    const { row: { funcId }, qualifier } = await this.lookup.locate(caller, urn);
    const rows = await this.dataSource.manager.find(TriggerRow, { where: { funcId, ...calledBy(qualifier) }, order: { createdAt: 'ASC', triggerId: 'ASC' } });
    return rows.map((row) => viewTrigger(row.record, this.gateway));
  }
}
