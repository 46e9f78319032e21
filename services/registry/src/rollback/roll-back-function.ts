import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RollbackFunctionResponse, type RollbackFunctionRequest } from '@windlass/contracts/registry/v1/rollback_service';
import { EventStore, type StoredEvent } from '@windlass/event-store';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Moment } from '@windlass/resource-history';
import type { EntityManager } from 'typeorm';
import { aliasNotAccepted } from '../alias/alias.errors.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { PackageUses } from '../code-package/package-uses.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import { functionStream, type FunctionEvent } from '../function/function.events.js';
import { touchedDigests } from '../function/function.projection.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from '../function/function.state.js';
import { functionMissing, functionUrn, LATEST, qualifierText, type FunctionAddress } from '../function/function-urn.js';
import { enterpriseProjectOf, PastFunctions } from '../history/past-functions.js';
import { PastTriggers } from '../history/read-past-triggers.js';
import { Region } from '../region.js';
import { GatewayAddress } from '../trigger/gateway-address.js';
import { TriggerStreams } from '../trigger/trigger-streams.js';
import { versionFixed } from '../version/version.errors.js';
import { planRollback, type PastStanding, type PresentStanding, type RollbackPlan, type RollbackWish } from './plan-rollback.js';
import { readRollback } from './read-rollback.js';
import { RollbackObstacles, type RollbackObstacle } from './rollback-obstacles.js';
import { functionReplaced, nothingThen, planOutdated, rollbackInvalid } from './rollback.errors.js';

/** Shows what going back would change, or goes back. */
export class RollBackFunctionCommand extends Command<RollbackFunctionResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: RollbackFunctionRequest,
  ) {
    super();
  }
}

interface Present extends PresentStanding {
  /** Plans that were carried out. */
  readonly done: ReadonlySet<string>;
}

@CommandHandler(RollBackFunctionCommand)
export class RollBackFunctionHandler implements ICommandHandler<RollBackFunctionCommand> {
  constructor(
    private readonly store: EventStore,
    private readonly lookup: FunctionLookup,
    private readonly functions: FunctionStreams,
    private readonly triggers: TriggerStreams,
    private readonly pastFunctions: PastFunctions,
    private readonly pastTriggers: PastTriggers,
    private readonly obstacles: RollbackObstacles,
    private readonly packages: PackageUses,
    private readonly gateway: GatewayAddress,
    private readonly region: Region,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: RollBackFunctionCommand): Promise<RollbackFunctionResponse> {
    const { function_urn: urn } = request;
    const address = this.lookup.address(caller, urn);
    const present = await this.present(this.store.dataSource.manager, caller, address, urn);
    requireWhole(address);
    const order = readRollback(request);
    const moment = await this.pastFunctions.moment(caller, request.to, 'to');
    const to = moment.at.toISOString();
    const answer = (outcome: string, plan: string, shown: Partial<Pick<RollbackPlan, 'changes'>> = {}, obstacles: readonly RollbackObstacle[] = []): RollbackFunctionResponse =>
      RollbackFunctionResponse.fromPartial({ func_urn: functionUrn(this.region.name, address), to, outcome, plan, changes: shown.changes?.map(changeMessage) ?? [], obstacles: obstacles.map(obstacleMessage) });
    if (order.plan !== undefined && present.done.has(order.plan)) return answer('already_applied', order.plan);

    const past = await this.past(caller, urn, moment);
    const wish = { moment: { to, ...(moment.position && { position: request.to }) }, parts: order.parts, now: this.clock.now().toISOString() };
    const plan = this.plan(past, present, wish);
    if (order.plan !== undefined && order.plan !== plan.token) throw planOutdated();
    const obstacles = await this.obstacles.of(caller, present, plan);
    if (order.plan === undefined) return answer('planned', plan.token, plan, obstacles);

    const [obstacle] = obstacles;
    if (obstacle !== undefined) throw obstacle.error;
    const applied = await this.store.transaction((manager) => this.apply(manager, caller, { address, urn, past, wish, token: plan.token }));
    return applied === undefined ? answer('already_applied', plan.token) : answer('applied', plan.token, applied);
  }

  /** Carries out the plan of that token, or nothing: undefined when it has been done meanwhile, a conflict when it no longer fits. */
  private async apply(
    manager: EntityManager,
    caller: Caller,
    { address, urn, past, wish, token }: { address: FunctionAddress; urn: string; past: PastStanding; wish: RollbackWish; token: string },
  ): Promise<RollbackPlan | undefined> {
    await this.functions.lock(manager, address);
    const present = await this.present(manager, caller, address, urn);
    if (present.done.has(token)) return undefined;
    const plan = this.plan(past, present, wish);
    if (plan.token !== token) throw planOutdated();
    // A sweep that is removing a package holds its row: after this it is gone, or stays.
    const digests = plan.functionEvents.flatMap(touchedDigests);
    await this.packages.touch(manager, digests);
    if (digests.length > 0) {
      const needed = [plan.after.function, ...(present.state.status === 'active' ? [] : plan.after.versions.map((version) => version.function))];
      for (const { code } of needed) await this.obstacles.requirePackage(code);
    }
    // One time for all of it: whoever names that time means the function with its triggers.
    const recordedAt = this.clock.now();
    await this.functions.append(manager, caller, { streamId: functionStream(address), expectedVersion: present.revision, events: plan.functionEvents, recordedAt });
    await this.triggers.appendAll(manager, caller, plan.triggerSteps, recordedAt);
    return plan;
  }

  /** FSS.1051 when the caller never had such a function, or does not reach the one there is. */
  private async present(manager: EntityManager, caller: Caller, address: FunctionAddress, urn: string): Promise<Present> {
    const events = await this.store.load<FunctionEvent>(functionStream(address), manager);
    const state = events.reduce<FunctionState>(evolveFunction, NO_FUNCTION);
    if (state.status === 'absent' || events[0]?.tenant !== caller.domainId) throw functionMissing(urn);
    if (state.status === 'active' && !reachesEnterpriseProject(caller.principal, enterpriseProjectOf(state.function))) throw functionMissing(urn);
    const triggers = state.status === 'active' ? await this.triggers.of(manager, state.function.funcId) : [];
    return { state, revision: events.at(-1)?.version ?? 0, triggers, done: plansIn(events) };
  }

  private async past(caller: Caller, urn: string, moment: Moment): Promise<PastStanding> {
    const state = await this.pastFunctions.find(caller, urn, moment);
    if (state === undefined) throw nothingThen(moment.at);
    return { state, triggers: await this.pastTriggers.of(caller, state.function.funcId, LATEST, moment) };
  }

  private plan(past: PastStanding, present: PresentStanding, wish: RollbackWish): RollbackPlan {
    const { name, funcId } = past.state.function;
    if (present.state.status === 'active' && present.state.function.funcId !== funcId) throw functionReplaced(name);
    if (present.state.status === 'deleted' && !(wish.parts.includes('code') && wish.parts.includes('configuration'))) {
      throw rollbackInvalid('ROLLBACK_PARTS_INVALID', `The function ${name} was deleted: it comes back with its code and its configuration, with or without its triggers. Name both in parts, or leave parts out.`);
    }
    return planRollback(past, present, wish, this.gateway);
  }
}

/** A rollback is of the function: a published version never changes, and an alias is no function. */
function requireWhole({ qualifier }: FunctionAddress): void {
  const text = qualifierText(qualifier);
  if (qualifier.kind === 'alias') throw aliasNotAccepted();
  if (text !== LATEST) throw versionFixed(text);
}

function plansIn(events: readonly StoredEvent<FunctionEvent>[]): ReadonlySet<string> {
  return new Set(events.flatMap(({ data }) => ('rollback' in data && data.rollback !== undefined ? [data.rollback.plan] : [])));
}

function changeMessage({ part, action, resourceType, resourceId, fields }: RollbackPlan['changes'][number]): object {
  return { part, action, resource_type: resourceType, resource_id: resourceId, fields: fields.map(({ field, ...values }) => ({ field, ...values })) };
}

function obstacleMessage({ part, resourceType, resourceId, error }: RollbackObstacle): object {
  return { part, resource_type: resourceType, resource_id: resourceId, error_code: error.code, message: error.message };
}

