import { given } from '@windlass/event-store/testing';
import { changeMaxInstances } from './change-max-instances.decider.js';
import { aFunction, created, LATER } from './testing/a-function.js';

const to = (maxInstances: number): { urn: string; maxInstances: number; now: string } => ({ urn: 'hello', maxInstances, now: LATER });

describe('changing how many instances a function may have', () => {
  it.each([-1, 0, 1, 1000])('to %i is allowed', (maxInstances) => {
    const scaling = { maxInstances, instanceConcurrency: 1 };
    given(changeMaxInstances)
      .events([created()])
      .when(to(maxInstances))
      .thenEvents([{ type: 'FunctionMaxInstancesChanged', data: { function: aFunction({ scaling, modifiedAt: LATER }) } }]);
  });

  it.each([-2, 1001])('to %i is refused', (maxInstances) => {
    given(changeMaxInstances).events([created()]).when(to(maxInstances)).thenFails('CONCURRENCY_INVALID');
  });

  it('to what it is does nothing', () => {
    given(changeMaxInstances).events([created()]).when(to(400)).thenEvents([]);
  });

  it('of one that is not there is refused', () => {
    given(changeMaxInstances).events([]).when(to(1)).thenFails('FUNCTION_NOT_FOUND');
  });
});
