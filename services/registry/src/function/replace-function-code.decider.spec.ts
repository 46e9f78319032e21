import { given } from '@windlass/event-store/testing';
import { replaceFunctionCode } from './replace-function-code.decider.js';
import { aFunction, created, deleted, LATER } from './testing/a-function.js';

const code = { ...aFunction().code, digest: 'bb', sizeBytes: 200, imageName: 'latest-260202000000@fghij' };

describe('replacing the code of a function', () => {
  it('replaces it and remembers what it replaced', () => {
    given(replaceFunctionCode)
      .events([created()])
      .when({ urn: 'hello', code, now: LATER })
      .thenEvents([{ type: 'FunctionCodeReplaced', data: { function: aFunction({ code, modifiedAt: LATER }), replaced: { digest: 'aa', sizeBytes: 100 } } }]);
  });

  it('by the same code does nothing', () => {
    given(replaceFunctionCode).events([created()]).when({ urn: 'hello', code: { ...aFunction().code, imageName: 'another' }, now: LATER }).thenEvents([]);
  });

  it('that is not there is refused', () => {
    given(replaceFunctionCode).events([]).when({ urn: 'hello', code, now: LATER }).thenFails('FUNCTION_NOT_FOUND');
    given(replaceFunctionCode).events([created(), deleted]).when({ urn: 'hello', code, now: LATER }).thenFails('FUNCTION_NOT_FOUND');
  });
});
