import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateFunctionTriggerRequest, Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { ApiGroups } from '../api-group/api-groups.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { versionUrn } from '../function/function-view.js';
import { GatewayAddress } from './gateway-address.js';
import { readGatewayEventData } from './gateway-event-data.js';
import { requireSameTarget } from './same-target.js';
import { TriggerStreams } from './trigger-streams.js';
import { readTriggerStatus, readTriggerType } from './trigger-type.js';
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
    const { row: of, qualifier } = await this.lookup.locate(caller, request.function_urn);
    const type = readTriggerType(request.trigger_type_code);
    const status = readTriggerStatus(request.trigger_status) ?? 'ACTIVE';
    const wish = readGatewayEventData(type, request.event_data ?? {}, of.name, this.gateway.scheme);
    await requireSameTarget(this.lookup, caller, type, wish, { funcId: of.funcId, qualifier });
    const groupId = wish.groupId ?? this.groups.ownOf(of.funcId);
    this.gateway.requireSubDomain(type, groupId, wish.subDomain);
    await this.groups.claim(caller, groupId);
    const triggerId = randomUUID();
    const trigger = {
      triggerId,
      apiId: triggerId.replaceAll('-', ''),
      type,
      funcId: of.funcId,
      funcUrn: versionUrn(of.record, qualifier),
      domainId: caller.domainId,
      projectId: caller.projectId,
      status,
      route: { ...wish.route, groupId },
      eventData: wish.eventData,
      createdAt: this.clock.now().toISOString(),
    };
    await this.triggers.create(caller, trigger);
    return viewTrigger(trigger, this.gateway);
  }
}
