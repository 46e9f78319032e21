import { given } from '@windlass/event-store/testing';
import { createFunction, type CreateFunction } from './create-function.decider.js';
import { aFunction, created, deleted } from './testing/a-function.js';

function command(change: Partial<CreateFunction> = {}): CreateFunction {
  const { runtime: _runtime, createdAt, modifiedAt: _modifiedAt, ...given } = aFunction();
  return { ...given, now: createdAt, ...change };
}

describe('creating a function', () => {
  it('makes it', () => {
    given(createFunction).events([]).when(command()).thenEvents([created()]);
  });

  it('puts its tags on in the same step', () => {
    const tags = [{ key: 'team', value: 'blue' }];
    given(createFunction).events([]).when(command({ tags })).thenEvents([created(), { type: 'FunctionTagsChanged', data: { of: { funcId: 'f1', domainId: 'd1' }, tags } }]);
  });

  it('of a name that is taken is refused', () => {
    given(createFunction).events([created()]).when(command()).thenFails('FUNCTION_EXISTS');
  });

  it('of a name that was deleted makes another function', () => {
    given(createFunction).events([created(), deleted]).when(command({ funcId: 'f2' })).thenEvents([created({ funcId: 'f2' })]);
  });

  it('with one name in user_data and encrypted_user_data is refused', () => {
    const settings = { ...aFunction().settings, userData: '{"A":"1"}' };
    given(createFunction).events([]).when(command({ settings, secrets: { A: 'x' } })).thenFails('USER_DATA_INVALID');
  });
});
