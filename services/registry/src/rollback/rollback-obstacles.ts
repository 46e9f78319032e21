import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { AccountCopy } from '@windlass/accounts';
import { isWindlassError, type WindlassError } from '@windlass/errors';
import { DataSource, type EntityManager, In, Not } from 'typeorm';
import { Agencies } from '../agency/agencies.js';
import { aliasMissing } from '../alias/alias.errors.js';
import type { Caller } from '../caller/caller.js';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageStore } from '../code-package/package-store.js';
import { FunctionSeals, keysOf } from '../customer-key/function-seals.js';
import { EnterpriseProjects } from '../enterprise-project/enterprise-projects.js';
import { requireDemanded } from '../function/confinement-settings.js';
import { FunctionLogs } from '../function/function-logs.js';
import { quotaChange } from '../function/function.projection.js';
import { storedDigest, type FunctionCodeReference, type FunctionRecord } from '../function/function.state.js';
import { functionUrn, LATEST } from '../function/function-urn.js';
import { SecretValues } from '../function/secret-values.js';
import { parseUserData, requireDistinctKeys } from '../function/user-data.js';
import { Quotas } from '../quota/quota-usage.js';
import { enterpriseProjectOf } from '../history/past-functions.js';
import { GatewayAddress } from '../trigger/gateway-address.js';
import { readGatewayEventData } from '../trigger/gateway-event-data.js';
import { pathTaken, tooManyTriggers } from '../trigger/trigger.errors.js';
import { TriggerRow } from '../trigger/trigger.entity.js';
import { targetOf, type TriggerRecord } from '../trigger/trigger.state.js';
import { MOST_TRIGGERS_OF_A_FUNCTION } from '../trigger/trigger-streams.js';
import { versionMissing } from '../version/version.errors.js';
import type { PresentStanding, RollbackPlan } from './plan-rollback.js';
import type { PlannedChange } from './rollback-changes.js';
import { codeNotKept, secretsUnreadable } from './rollback.errors.js';

/** Why a plan cannot be carried out, and which thing it is about. */
export interface RollbackObstacle extends Pick<PlannedChange, 'part' | 'resourceType' | 'resourceId'> {
  readonly error: WindlassError;
}

/**
 * Looks for what a plan needs and the world no longer has: packages, agencies, log streams, keys, paths, room. Only what the
 * plan changes is looked at. What can change at any moment is held again in the transaction that carries the plan out.
 */
@Injectable()
export class RollbackObstacles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly packages: PackageStore,
    private readonly packageHistory: PackageHistory,
    private readonly agencies: Agencies,
    private readonly enterpriseProjects: EnterpriseProjects,
    private readonly logs: FunctionLogs,
    private readonly secrets: SecretValues,
    private readonly seals: FunctionSeals,
    private readonly quotas: Quotas,
    private readonly gateway: GatewayAddress,
    private readonly accounts: AccountCopy,
  ) {}

  async of(caller: Caller, present: PresentStanding, plan: RollbackPlan): Promise<readonly RollbackObstacle[]> {
    const found: RollbackObstacle[] = [];
    const seek = async (about: Omit<RollbackObstacle, 'error'>, check: () => Promise<void> | void): Promise<void> => {
      try {
        await check();
      } catch (error) {
        if (!isWindlassError(error) || error.kind === 'unavailable' || error.kind === 'internal') throw error;
        found.push({ ...about, error });
      }
    };
    const { function: after, versions } = plan.after;
    const before = present.state.status === 'active' ? present.state.function : undefined;
    const working = { resourceType: 'function', resourceId: functionUrn(after.region, after) } as const;

    if (before === undefined) await seek({ part: 'function', ...working }, () => this.enterpriseProjects.requireRoomFor(caller, enterpriseProjectOf(after)));
    const { strongIsolation } = after.settings.confinement;
    if (before === undefined || before.settings.confinement.strongIsolation !== strongIsolation) {
      const demand = await this.accounts.isolation(this.dataSource.manager, caller.domainId);
      await seek({ part: before === undefined ? 'function' : 'configuration', ...working }, () => requireDemanded(strongIsolation, demand));
    }
    if (before === undefined || storedDigest(before.code) !== storedDigest(after.code)) await seek({ part: 'code', ...working }, () => this.requirePackage(after.code));
    if (before === undefined) {
      for (const { name, function: of } of versions) await seek({ part: 'function', resourceType: 'version', resourceId: name }, () => this.requirePackage(of.code));
    }
    const sum = plan.functionEvents.map(quotaChange).reduce((a, b) => ({ functions: a.functions + b.functions, codeBytes: a.codeBytes + b.codeBytes }), { functions: 0, codeBytes: 0 });
    await seek({ part: before === undefined ? 'function' : 'code', ...working }, () => this.quotas.requireRoom(this.dataSource.manager, caller.domainId, sum));
    for (const check of this.configurationChecks(caller, before, after)) await seek({ part: 'configuration', ...working }, check);
    const moving = plan.moves.flatMap(({ from }) => (from === undefined ? [] : [from.record.triggerId]));
    for (const { to } of plan.moves) {
      if (to !== undefined) await seek({ part: 'triggers', resourceType: 'trigger', resourceId: to.triggerId }, () => this.requireTrigger(plan, to, moving));
    }
    const added = plan.moves.filter(({ from }) => from === undefined).length;
    const removed = plan.moves.filter(({ to }) => to === undefined).length;
    await seek({ part: 'triggers', ...working }, () => {
      if (added > 0 && present.triggers.length - removed + added > MOST_TRIGGERS_OF_A_FUNCTION) throw tooManyTriggers(MOST_TRIGGERS_OF_A_FUNCTION);
    });
    return found;
  }

  /** Fails with FSS.0410 when the package is gone. */
  async requirePackage(code: FunctionCodeReference): Promise<void> {
    if ((await this.packages.stat(storedDigest(code))) === undefined) throw codeNotKept(code.digest, this.packageHistory.days);
  }

  private configurationChecks(caller: Caller, before: FunctionRecord | undefined, after: FunctionRecord): (() => Promise<void> | void)[] {
    const { funcId, name, settings, secrets, logs } = after;
    const differs = (part: (record: FunctionRecord) => unknown): boolean => before === undefined || !isDeepStrictEqual(part(before), part(after));
    const checks: (() => Promise<void> | void)[] = [];
    if (differs((record) => record.settings.agencies)) checks.push(() => this.agencies.requireUsable(caller, settings.agencies));
    if (keysOf(after).length > 0) checks.push(() => this.seals.requireStartable(after, LATEST));
    if (logs.enabled && differs((record) => record.logs)) {
      const { groupId, streamId, tags } = logs;
      checks.push(async () => void (await this.logs.settle(caller, name, settings.agencies, { kind: 'on', groupId, streamId, tags })));
    }
    if (differs((record) => [record.settings.userData, record.secrets, record.environmentSeal])) {
      checks.push(() => requireDistinctKeys(parseUserData('user_data', settings.userData), secrets));
      if (after.environmentSeal === undefined) checks.push(() => this.requireReadable(funcId, secrets));
    }
    return checks;
  }

  private requireReadable(funcId: string, secrets: FunctionRecord['secrets']): void {
    const unreadable = Object.entries(secrets).flatMap(([name, encrypted]) => {
      try {
        this.secrets.decrypt(funcId, name, encrypted);
        return [];
      } catch {
        return [name];
      }
    });
    if (unreadable.length > 0) throw secretsUnreadable(unreadable);
  }

  /** `moving` are the triggers that leave their places. */
  private async requireTrigger({ after }: RollbackPlan, trigger: TriggerRecord, moving: readonly string[]): Promise<void> {
    const target = targetOf(trigger);
    if (target.startsWith('!') && !after.aliases.some(({ name }) => `!${name}` === target)) throw aliasMissing(target.slice(1));
    if (!target.startsWith('!') && target !== LATEST && !after.versions.some(({ name }) => name === target)) throw versionMissing(target);
    readGatewayEventData(trigger.type, trigger.eventData, after.function.name, this.gateway.scheme);
    await requireFreePath(this.dataSource.manager, trigger, moving);
  }
}

async function requireFreePath(manager: EntityManager, { route: { groupId, path, method } }: TriggerRecord, moving: readonly string[]): Promise<void> {
  const taken = await manager.existsBy(TriggerRow, { groupId, path, method, triggerId: Not(In([...moving])) });
  if (taken) throw pathTaken(method, path);
}
