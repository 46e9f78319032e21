import { given } from '@windlass/event-store/testing';
import { aFunction, created, LATER } from '../function/testing/a-function.js';
import { moveFunction, type MoveFunction } from './move-function.decider.js';

const move = (enterpriseProjectId: string): MoveFunction => ({ urn: 'hello', enterpriseProjectId, now: LATER });

describe('moving a function to another enterprise project', () => {
  it('changes that and nothing else', () => {
    const { settings } = aFunction();
    const moved = aFunction({ settings: { ...settings, enterpriseProjectId: 'e1' }, modifiedAt: LATER });
    given(moveFunction).events([created()]).when(move('e1')).thenEvents([{ type: 'FunctionConfigReplaced', data: { function: moved } }]);
  });

  it('to the one it is in does nothing', () => {
    given(moveFunction).events([created({ settings: { ...aFunction().settings, enterpriseProjectId: 'e1' } })]).when(move('e1')).thenEvents([]);
  });

  it('that is not there is refused', () => {
    given(moveFunction).events([]).when(move('e1')).thenFails('FUNCTION_NOT_FOUND');
  });
});
