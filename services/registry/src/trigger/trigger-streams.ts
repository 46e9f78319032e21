import { Injectable } from '@nestjs/common';
import { EventStore } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionRow } from '../function/function.entity.js';
import { functionMissing } from '../function/function-urn.js';
import { createTrigger } from './create-trigger.decider.js';
import { deleteTrigger, type DeleteTrigger } from './delete-trigger.decider.js';
import { projectTrigger, TriggerRow } from './trigger.entity.js';
import { tooManyTriggers, triggerMissing } from './trigger.errors.js';
import { triggerStream, type TriggerEvent } from './trigger.events.js';
import type { TriggerRecord, TriggerState } from './trigger.state.js';

const MOST_TRIGGERS_OF_A_FUNCTION = 100;

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
        const others = await manager.countBy(TriggerRow, { funcId: trigger.funcId });
        if (others >= MOST_TRIGGERS_OF_A_FUNCTION) throw tooManyTriggers(MOST_TRIGGERS_OF_A_FUNCTION);
        await projectTrigger(manager, events);
      },
    });
  }

  /** FSS.1138 when the function has no such trigger. */
  async deleteOne(caller: Caller, of: FunctionRow, urn: string, trigger: { type: string; id: string }): Promise<void> {
    await this.store.transaction(async (manager) => {
      await lockFunction(manager, of.funcId, urn);
      const row = await manager.findOneBy(TriggerRow, { funcId: of.funcId, triggerId: trigger.id });
      if (row?.record.type !== trigger.type) throw triggerMissing(trigger.id);
      await this.delete(manager, caller, row.triggerId);
    });
  }

  async deleteAll(caller: Caller, of: FunctionRow, urn: string): Promise<void> {
    await this.store.transaction(async (manager) => {
      await lockFunction(manager, of.funcId, urn);
      await this.deleteAllOf(manager, caller, of.funcId);
    });
  }

  /** In the caller's transaction, which holds the function's row. */
  async deleteAllOf(manager: EntityManager, caller: Caller, funcId: string): Promise<void> {
    const rows = await manager.findBy(TriggerRow, { funcId });
    for (const row of rows) await this.delete(manager, caller, row.triggerId);
  }

  private async delete(manager: EntityManager, caller: Caller, triggerId: string): Promise<void> {
    await this.store.executeIn<TriggerState, DeleteTrigger, TriggerEvent>(manager, {
      streamId: triggerStream(triggerId),
      tenant: caller.domainId,
      decider: deleteTrigger,
      command: { triggerId },
      metadata: caller.metadata,
      project: projectTrigger,
    });
  }
}

async function lockFunction(manager: EntityManager, funcId: string, urn: string): Promise<void> {
  const row = await manager.findOne(FunctionRow, { where: { funcId }, lock: { mode: 'pessimistic_write' }, select: { streamId: true } });
  if (row === null) throw functionMissing(urn);
}
