import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Trigger, UpdateTriggerRequest } from '@windlass/contracts/registry/v1/trigger_service';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { GatewayAddress } from './gateway-address.js';
import { readGatewayEventData } from './gateway-event-data.js';
import { requireSameTarget } from './same-target.js';
import { requireTriggerType } from './show-trigger.js';
import { badEventData, requireTriggerId } from './trigger.errors.js';
import { targetOf } from './trigger.state.js';
import { TriggerStreams } from './trigger-streams.js';
import { readTriggerStatus, readTriggerType } from './trigger-type.js';
import { viewTrigger } from './trigger-view.js';

export class ChangeTriggerCommand extends Command<Trigger> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateTriggerRequest,
  ) {
    super();
  }
}

@CommandHandler(ChangeTriggerCommand)
export class ChangeTriggerHandler implements ICommandHandler<ChangeTriggerCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly triggers: TriggerStreams,
    private readonly gateway: GatewayAddress,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ChangeTriggerCommand): Promise<Trigger> {
    const { function_urn: urn, trigger_id: id } = request;
    const { row, qualifier } = await this.lookup.locate(caller, urn);
    requireTriggerType(request.trigger_type_code);
    requireTriggerId(id);
    const type = readTriggerType(request.trigger_type_code);
    const current = await this.triggers.find(row, qualifier, { type, id });
    const status = readTriggerStatus(request.trigger_status);
    const eventData = changesIn(request.event_data);
    if (eventData === undefined) throw badEventData(type, 'event_data must be an object.');
    const wish = readGatewayEventData(type, eventData, row.name, this.gateway.scheme);
    await requireSameTarget(this.lookup, caller, type, wish, { funcId: row.funcId, qualifier: targetOf(current) });
    this.gateway.requireSubDomain(type, current.route.groupId, wish.subDomain);
    const change = { triggerId: id, status, eventData, funcName: row.name, scheme: this.gateway.scheme, now: this.clock.now().toISOString() };
    return viewTrigger(await this.triggers.change(caller, row, urn, change), this.gateway);
  }
}

/** A list holds settings of triggers that read streams, which HTTP functions do not have. */
function changesIn(eventData: unknown): Readonly<Record<string, unknown>> | undefined {
  if (eventData === undefined || eventData === null || Array.isArray(eventData)) return {};
  return typeof eventData === 'object' ? (eventData as Readonly<Record<string, unknown>>) : undefined;
}
