import { given } from '@windlass/event-store/testing';
import { deleteFunction } from './delete-function.decider.js';
import { created, deleted } from './testing/a-function.js';

describe('deleting a function', () => {
  it('deletes it', () => {
    given(deleteFunction).events([created()]).when({ urn: 'hello' }).thenEvents([deleted]);
  });

  it('that is not there, or no longer, is refused', () => {
    given(deleteFunction).events([]).when({ urn: 'hello' }).thenFails('FUNCTION_NOT_FOUND');
    given(deleteFunction).events([created(), deleted]).when({ urn: 'hello' }).thenFails('FUNCTION_NOT_FOUND');
  });
});
