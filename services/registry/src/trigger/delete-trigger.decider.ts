import type { TriggerEvent } from './trigger.events.js';
import { triggerMissing } from './trigger.errors.js';
import { evolveTrigger, NO_TRIGGER, type TriggerState } from './trigger.state.js';

export interface DeleteTrigger {
  readonly triggerId: string;
}

function decide(state: TriggerState, { triggerId }: DeleteTrigger): readonly TriggerEvent[] {
  if (state.status !== 'active') throw triggerMissing(triggerId);
  return [{ type: 'TriggerDeleted', data: { trigger: state.trigger } }];
}

export const deleteTrigger = { initial: NO_TRIGGER, decide, evolve: evolveTrigger };
