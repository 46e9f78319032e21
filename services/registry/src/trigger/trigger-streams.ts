import { Injectable } from '@nestjs/common';
import { EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import { AliasRow } from '../alias/alias.entity.js';
import { aliasHasTriggers, aliasMissing } from '../alias/alias.errors.js';
import type { Caller } from '../caller/caller.js';
import { FunctionRow } from '../function/function.entity.js';
import { functionMissing, LATEST } from '../function/function-urn.js';
import type { FunctionEvent } from '../function/function.events.js';
import { VersionRow } from '../version/version.entity.js';
import { versionMissing } from '../version/version.errors.js';
import { changeTrigger, type ChangeTrigger } from './change-trigger.decider.js';
import { createTrigger } from './create-trigger.decider.js';
import { deleteTrigger, type DeleteTrigger } from './delete-trigger.decider.js';
import { openTrigger, TriggerRow } from './trigger.entity.js';
import { tooManyTriggers, triggerMissing } from './trigger.errors.js';
import { triggerStream, type TriggerEvent } from './trigger.events.js';
import { targetOf, type TriggerRecord, type TriggerState } from './trigger.state.js';

export const MOST_TRIGGERS_OF_A_FUNCTION = 100;

/** What happens to a trigger, and the version of its stream that this rests on; undefined for one that is not there. */
export interface DecidedTrigger {
  readonly triggerId: string;
  readonly revision: number | undefined;
  readonly event: TriggerEvent;
}

/**
 * Runs commands on triggers. The row of their function is locked meanwhile: a trigger is neither made for a function that
 * is being deleted nor left behind by one.
 */
@Injectable()
export class TriggerStreams {
  constructor(private readonly store: EventStore) {}

  async create(caller: Caller, trigger: TriggerRecord): Promise<void> {
    await this.store.execute<TriggerState, TriggerRecord, TriggerEvent>({
      streamId: triggerStream(trigger.triggerId),
      tenant: caller.domainId,
      decider: createTrigger,
      command: trigger,
      metadata: caller.metadata,
      project: async (manager, events) => {
        await lockFunction(manager, trigger.funcId, trigger.funcUrn);
        await requireTarget(manager, trigger.funcId, targetOf(trigger));
        const others = await manager.countBy(TriggerRow, { funcId: trigger.funcId });
        if (others >= MOST_TRIGGERS_OF_A_FUNCTION) throw tooManyTriggers(MOST_TRIGGERS_OF_A_FUNCTION);
        await openTrigger(manager, events);
      },
    });
  }

  /** FSS.1138 when the function has no such trigger, or the version or alias of the URN has not. */
  async find(of: FunctionRow, qualifier: string, trigger: { type: string; id: string }, manager = this.store.dataSource.manager): Promise<TriggerRecord> {
    const row = await manager.findOneBy(TriggerRow, { funcId: of.funcId, triggerId: trigger.id, ...calledBy(qualifier) });
    if (row?.record.type !== trigger.type) throw triggerMissing(trigger.id);
    return row.record;
  }

  /** The trigger after the change. */
  async change(caller: Caller, of: FunctionRow, urn: string, change: ChangeTrigger): Promise<TriggerRecord> {
    return this.store.transaction(async (manager) => {
      await lockFunction(manager, of.funcId, urn);
      const { state } = await this.store.executeIn<TriggerState, ChangeTrigger, TriggerEvent>(manager, {
        streamId: triggerStream(change.triggerId),
        tenant: caller.domainId,
        decider: changeTrigger,
        command: change,
        metadata: caller.metadata,
        project: openTrigger,
      });
      if (state.status !== 'active') throw new Error(`the trigger is ${state.status} after a change, must be active`);
      return state.trigger;
    });
  }

  /** FSS.1138 when the function has no such trigger. */
  async deleteOne(caller: Caller, of: FunctionRow, qualifier: string, urn: string, trigger: { type: string; id: string }): Promise<void> {
    await this.store.transaction(async (manager) => {
      await lockFunction(manager, of.funcId, urn);
      const { triggerId } = await this.find(of, qualifier, trigger, manager);
      await this.delete(manager, caller, triggerId);
    });
  }

  /** Those of one version or alias, or with the qualifier "latest" all of the function. */
  async deleteAll(caller: Caller, of: FunctionRow, qualifier: string, urn: string): Promise<void> {
    await this.store.transaction(async (manager) => {
      await lockFunction(manager, of.funcId, urn);
      await this.deleteAllOf(manager, caller, of.funcId, qualifier);
    });
  }

  /** In the caller's transaction, which holds the function's row. */
  async deleteAllOf(manager: EntityManager, caller: Caller, funcId: string, qualifier: string = LATEST): Promise<void> {
    const rows = await manager.findBy(TriggerRow, { funcId, ...calledBy(qualifier) });
    for (const row of rows) await this.delete(manager, caller, row.triggerId);
  }

  /**
   * What the end of versions and aliases means for triggers, in the caller's transaction: those of a version end with it;
   * an alias that triggers call must stay (FSS.1154).
   */
  async endOf(manager: EntityManager, caller: Caller, { funcId }: FunctionRow, events: readonly FunctionEvent[]): Promise<void> {
    await lockFunction(manager, funcId, funcId);
    for (const event of events) {
      if (event.type === 'VersionDeleted') await this.deleteAllOf(manager, caller, funcId, event.data.version.name);
      if (event.type !== 'AliasDeleted') continue;
      const { name } = event.data.alias;
      if (await manager.existsBy(TriggerRow, { funcId, qualifier: `!${name}` })) throw aliasHasTriggers(name);
    }
  }

  /** The function's triggers, with the versions of their streams. */
  async of(manager: EntityManager, funcId: string): Promise<readonly { readonly record: TriggerRecord; readonly revision: number }[]> {
    return manager.find(TriggerRow, { where: { funcId }, order: { createdAt: 'ASC', triggerId: 'ASC' } });
  }

  /**
   * Appends what was decided of several triggers of a function, in this order, in the caller's transaction, which holds the
   * function's row. FSS.1147 when a path is taken.
   */
  async appendAll(manager: EntityManager, caller: Caller, steps: readonly DecidedTrigger[], recordedAt: Date): Promise<void> {
    for (const { triggerId, revision, event } of steps) {
      const streamId = triggerStream(triggerId);
      const expectedVersion = revision ?? (await this.store.load(streamId, manager)).at(-1)?.version ?? 0;
      await openTrigger(manager, await this.store.append(manager, { streamId, tenant: caller.domainId, expectedVersion, events: [event], metadata: caller.metadata, recordedAt }));
    }
  }

  private async delete(manager: EntityManager, caller: Caller, triggerId: string): Promise<void> {
    await this.store.executeIn<TriggerState, DeleteTrigger, TriggerEvent>(manager, {
      streamId: triggerStream(triggerId),
      tenant: caller.domainId,
      decider: deleteTrigger,
      command: { triggerId },
      metadata: caller.metadata,
      project: openTrigger,
    });
  }
}

/** The rows that a URN with this qualifier means: "latest" and saying nothing mean all. */
export function calledBy(qualifier: string): { qualifier?: string } {
  return qualifier === LATEST ? {} : { qualifier };
}

/** The function's row is locked, so what is there now stays until the trigger is. */
async function requireTarget(manager: EntityManager, funcId: string, target: string): Promise<void> {
  if (target === LATEST) return;
  if (target.startsWith('!')) {
    const name = target.slice(1);
    if (!(await manager.existsBy(AliasRow, { funcId, name }))) throw aliasMissing(name);
  } else if (!(await manager.existsBy(VersionRow, { funcId, name: target }))) {
    throw versionMissing(target);
  }
}

async function lockFunction(manager: EntityManager, funcId: string, urn: string): Promise<void> {
  const row = await manager.findOne(FunctionRow, { where: { funcId }, lock: { mode: 'pessimistic_write' }, select: { streamId: true } });
  if (row === null) throw functionMissing(urn);
}
