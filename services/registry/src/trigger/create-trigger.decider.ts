import type { TriggerEvent } from './trigger.events.js';
import { evolveTrigger, NO_TRIGGER, type TriggerRecord, type TriggerState } from './trigger.state.js';

function decide(state: TriggerState, trigger: TriggerRecord): readonly TriggerEvent[] {
  // Ids are random: a stream that is not empty is a mistake of this program, not of a caller.
  if (state.status !== 'absent') throw new Error(`the trigger ${trigger.triggerId} is ${state.status}, must be absent`);
  return [{ type: 'TriggerCreated', data: { trigger } }];
}

export const createTrigger = { initial: NO_TRIGGER, decide, evolve: evolveTrigger };
