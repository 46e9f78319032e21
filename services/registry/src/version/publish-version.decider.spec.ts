import { given } from '@windlass/event-store/testing';
import { aFunction, created, deleted, LATER, published } from '../function/testing/a-function.js';
import { publishVersion, type PublishVersion } from './publish-version.decider.js';

const publish = (name: string, change: Partial<PublishVersion> = {}): PublishVersion => ({ urn: 'hello', name, description: '', digest: '', now: LATER, ...change });
const settings = { ...aFunction().settings, memoryMb: 512 };

describe('publishing a version', () => {
  it('keeps code and configuration as they are', () => {
    const version = { name: 'v1', description: 'first', function: aFunction({ modifiedAt: LATER }) };
    given(publishVersion).events([created()]).when(publish('v1', { description: 'first', digest: 'aa' })).thenEvents([{ type: 'VersionPublished', data: { version } }]);
  });

  it('keeps what was published when the function changes afterwards', () => {
    const changed = { type: 'FunctionConfigReplaced' as const, data: { function: aFunction({ settings }) } };
    given(publishVersion).events([created(), published('v1'), changed]).when(publish('v2')).thenEvents([published('v2', { settings })]);
  });

  it('is refused when nothing has changed since the last one', () => {
    given(publishVersion).events([created(), published('v1')]).when(publish('v2')).thenFails('NOTHING_CHANGED');
    const moved = { type: 'FunctionConfigReplaced' as const, data: { function: aFunction({ settings: { ...aFunction().settings, enterpriseProjectId: 'e1' }, modifiedAt: 'later still' }) } };
    given(publishVersion).events([created(), published('v1'), moved]).when(publish('v2')).thenFails('NOTHING_CHANGED');
  });

  it('is allowed again when that version was deleted', () => {
    const gone = { type: 'VersionDeleted' as const, data: { version: { name: 'v1', description: '', function: aFunction({ modifiedAt: LATER }) } } };
    given(publishVersion).events([created(), published('v1'), gone]).when(publish('v1')).thenEvents([published('v1')]);
  });

  it('is refused when the code is not the one the caller means', () => {
    given(publishVersion).events([created()]).when(publish('v1', { digest: 'bb' })).thenFails('DIGEST_MISMATCH');
  });

  it('is refused for a name that is taken', () => {
    given(publishVersion).events([created({ settings }), published('v1')]).when(publish('v1')).thenFails('VERSION_EXISTS');
  });

  it('is refused for the twentieth besides latest', () => {
    const nineteen = Array.from({ length: 19 }, (_, index) => published(`v${index}`));
    given(publishVersion).events([created({ settings }), ...nineteen.slice(1)]).when(publish('v0')).thenEvents([published('v0', { settings })]);
    given(publishVersion).events([created({ settings }), ...nineteen]).when(publish('v20')).thenFails('VERSION_QUOTA_EXCEEDED');
  });

  it('of what is not there is refused', () => {
    given(publishVersion).events([]).when(publish('v1')).thenFails('FUNCTION_NOT_FOUND');
    given(publishVersion).events([created(), deleted]).when(publish('v1')).thenFails('FUNCTION_NOT_FOUND');
  });
});
