import { given } from '@windlass/event-store/testing';
import { aFunction, aliased, anAlias, created, LATER, OWNER, published, weight } from '../function/testing/a-function.js';
import { deleteVersion } from './delete-version.decider.js';

const remove = (name: string) => ({ urn: 'hello', name });
const gone = (name: string) => ({ type: 'VersionDeleted' as const, data: { version: { name, description: '', function: aFunction({ modifiedAt: LATER }) } } });

describe('deleting a version', () => {
  it('takes the aliases that point to it along', () => {
    given(deleteVersion)
      .events([created(), published('v1'), published('v2'), aliased('live', 'v1'), aliased('next', 'v2')])
      .when(remove('v1'))
      .thenEvents([{ type: 'AliasDeleted', data: { of: OWNER, alias: anAlias('live', 'v1') } }, gone('v1')]);
  });

  it('is refused while an alias sends a part of its requests to it', () => {
    given(deleteVersion).events([created(), published('v1'), published('v2'), aliased('live', 'v1', weight('v2', 10))]).when(remove('v2')).thenFails('VERSION_IN_USE');
  });

  it('that is not there is refused', () => {
    given(deleteVersion).events([created()]).when(remove('v1')).thenFails('VERSION_NOT_FOUND');
    given(deleteVersion).events([]).when(remove('v1')).thenFails('FUNCTION_NOT_FOUND');
  });
});
