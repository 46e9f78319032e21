import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateFunctionTriggerRequest, Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { ApiGroups } from '../api-group/api-groups.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { latestUrn } from '../function/function-view.js';
import { refusal } from '../refusal.js';
import { GatewayAddress } from './gateway-address.js';
import { readGatewayEventData } from './gateway-event-data.js';
import { badEventData } from './trigger.errors.js';
import { TriggerStreams } from './trigger-streams.js';
import { readTriggerType } from './trigger-type.js';
import { viewTrigger } from './trigger-view.js';

export class CreateTriggerCommand extends Command<Trigger> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateFunctionTriggerRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateTriggerCommand)
export class CreateTriggerHandler implements ICommandHandler<CreateTriggerCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly groups: ApiGroups,
    private readonly triggers: TriggerStreams,
    private readonly gateway: GatewayAddress,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: CreateTriggerCommand): Promise<Trigger> {
    const of = await this.lookup.find(caller, request.function_urn);
    const type = readTriggerType(request.trigger_type_code);
    if (request.trigger_status !== '' && request.trigger_status !== 'ACTIVE') {
      throw refusal('invalid', 'FSS.0400', 'TRIGGER_STATUS_INVALID', 'trigger_status is ACTIVE: gateway triggers cannot be disabled.');
    }
    const wish = readGatewayEventData(type, request.event_data ?? {}, of.name);
    if (wish.functionUrn !== undefined && (await this.lookup.find(caller, wish.functionUrn)).funcId !== of.funcId) {
      throw badEventData(type, 'func_info.function_urn names another function than the one the trigger is for.');
    }
    const groupId = wish.groupId === undefined ? await this.groups.ownOf(caller, of.funcId) : await this.groups.claim(caller, wish.groupId);
    const triggerId = randomUUID();
    const trigger = {
      triggerId,
      apiId: triggerId.replaceAll('-', ''),
      type,
      funcId: of.funcId,
      funcUrn: latestUrn(of.record),
      domainId: caller.domainId,
      projectId: caller.projectId,
      route: { ...wish.route, groupId },
      eventData: wish.eventData,
      createdAt: this.clock.now().toISOString(),
    };
    await this.triggers.create(caller, trigger);
    return viewTrigger(trigger, this.gateway);
  }
}
