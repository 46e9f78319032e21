import { given } from '@windlass/event-store/testing';
import { changeTrigger, type ChangeTrigger } from './change-trigger.decider.js';
import { createTrigger } from './create-trigger.decider.js';
import { deleteTrigger } from './delete-trigger.decider.js';
import { aTrigger } from './testing/a-trigger.js';
import type { TriggerEvent } from './trigger.events.js';
import type { TriggerRecord } from './trigger.state.js';

const created: TriggerEvent = { type: 'TriggerCreated', data: { trigger: aTrigger() } };
const deleted: TriggerEvent = { type: 'TriggerDeleted', data: { trigger: aTrigger() } };

const LATER = '2026-02-02T00:00:00.000Z';

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

  it('changes what is said, and nothing when it is so already', () => {
    const wish: ChangeTrigger = { triggerId: 't1', status: undefined, eventData: {}, funcName: 'hello', scheme: 'http', now: LATER };
    const changed = (change: Partial<TriggerRecord>): TriggerEvent => ({ type: 'TriggerChanged', data: { trigger: aTrigger({ ...change, modifiedAt: LATER }) } });
    const disabled = changed({ status: 'DISABLED' });
    given(changeTrigger).events([created]).when({ ...wish, status: 'DISABLED' }).thenEvents([disabled]);
    given(changeTrigger).events([created, disabled]).when({ ...wish, status: 'DISABLED' }).thenEvents([]);
    given(changeTrigger).events([created]).when(wish).thenEvents([]);
    given(changeTrigger).events([created]).when({ ...wish, eventData: { group_id: 'ab'.repeat(16) } }).thenFails('EVENT_DATA_INVALID');
    given(changeTrigger).events([created, deleted]).when({ ...wish, status: 'ACTIVE' }).thenFails('TRIGGER_NOT_FOUND');
  });
});
