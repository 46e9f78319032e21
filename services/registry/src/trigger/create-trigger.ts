import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateFunctionTriggerRequest, Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import { ApiGroups } from '../api-group/api-groups.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { LATEST } from '../function/function-urn.js';
import { versionUrn } from '../function/function-view.js';
import { refusal } from '../refusal.js';
import { GatewayAddress } from './gateway-address.js';
import { readGatewayEventData, type GatewayWish } from './gateway-event-data.js';
import { badEventData } from './trigger.errors.js';
import type { GatewayTriggerType } from './trigger.state.js';
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
    const { row: of, qualifier } = await this.lookup.locate(caller, request.function_urn);
    const type = readTriggerType(request.trigger_type_code);
    if (request.trigger_status !== '' && request.trigger_status !== 'ACTIVE') {
      throw refusal('invalid', 'FSS.0400', 'TRIGGER_STATUS_INVALID', 'trigger_status is ACTIVE: gateway triggers cannot be disabled.');
    }
    const wish = readGatewayEventData(type, request.event_data ?? {}, of.name);
    await this.requireSameTarget(caller, type, wish, { funcId: of.funcId, qualifier });
    const groupId = wish.groupId === undefined ? await this.groups.ownOf(caller, of.funcId) : await this.groups.claim(caller, wish.groupId);
    const triggerId = randomUUID();
    const trigger = {
      triggerId,
      apiId: triggerId.replaceAll('-', ''),
      type,
      funcId: of.funcId,
      funcUrn: versionUrn(of.record, qualifier),
      domainId: caller.domainId,
      projectId: caller.projectId,
      route: { ...wish.route, groupId },
      eventData: wish.eventData,
      createdAt: this.clock.now().toISOString(),
    };
    await this.triggers.create(caller, trigger);
    return viewTrigger(trigger, this.gateway);
  }

  /** func_info may repeat which version of which function the trigger calls: the one of the path, and no other. */
  private async requireSameTarget(caller: Caller, type: GatewayTriggerType, wish: GatewayWish, of: { funcId: string; qualifier: string }): Promise<void> {
    if (wish.version !== undefined && wish.version !== of.qualifier) {
      throw badEventData(type, `func_info.version is ${JSON.stringify(wish.version.slice(0, 80))}, but the URN in the path names ${of.qualifier}. Name the version in the path.`);
    }
    if (wish.functionUrn === undefined) return;
    const named = await this.lookup.locate(caller, wish.functionUrn);
    if (named.row.funcId !== of.funcId) throw badEventData(type, 'func_info.function_urn names another function than the one the trigger is for.');
    if (named.qualifier !== of.qualifier && named.qualifier !== LATEST) {
      throw badEventData(type, `func_info.function_urn names ${named.qualifier}, but the URN in the path names ${of.qualifier}.`);
    }
  }
}
