import { given } from '@windlass/event-store/testing';
import { createTrigger } from './create-trigger.decider.js';
import { deleteTrigger } from './delete-trigger.decider.js';
import { aTrigger } from './testing/a-trigger.js';
import type { TriggerEvent } from './trigger.events.js';

const created: TriggerEvent = { type: 'TriggerCreated', data: { trigger: aTrigger() } };
const deleted: TriggerEvent = { type: 'TriggerDeleted', data: { trigger: aTrigger() } };

describe('a trigger', () => {
  it('is created once', () => {
    given(createTrigger).events([]).when(aTrigger()).thenEvents([created]);
    expect(() => given(createTrigger).events([created]).when(aTrigger()).thenEvents([])).toThrow('must be absent');
  });

  it('is deleted when it is there, and not found when it is not', () => {
    given(deleteTrigger).events([created]).when({ triggerId: 't1' }).thenEvents([deleted]);
    given(deleteTrigger).events([]).when({ triggerId: 't1' }).thenFails('TRIGGER_NOT_FOUND');
    given(deleteTrigger).events([created, deleted]).when({ triggerId: 't1' }).thenFails('TRIGGER_NOT_FOUND');
  });
});
