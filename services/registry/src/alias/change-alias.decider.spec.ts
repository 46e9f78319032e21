import { given } from '@windlass/event-store/testing';
import { aliased, anAlias, created, LATER, OWNER, published, weight } from '../function/testing/a-function.js';
import type { AdditionalVersion } from './alias.state.js';
import { createAlias, deleteAlias, replaceAlias } from './change-alias.decider.js';

const wish = <V extends string | undefined>(name: string, version: V, additional?: AdditionalVersion) => ({ urn: 'hello', name, description: '', version, additional, now: LATER });
const history = [created(), published('v1'), published('v2')];
const changed = (name: string, version: string, additional?: AdditionalVersion) => ({ type: 'AliasChanged' as const, data: { of: OWNER, alias: anAlias(name, version, additional) } });

describe('creating an alias', () => {
  it.each(['v1', 'latest'])('points it to %s', (version) => {
    given(createAlias).events(history).when(wish('live', version)).thenEvents([aliased('live', version)]);
  });

  it('gives another version a part of the requests', () => {
    given(createAlias).events(history).when(wish('live', 'v1', weight('v2', 10))).thenEvents([aliased('live', 'v1', weight('v2', 10))]);
  });

  it.each<[string, string, AdditionalVersion | undefined, string]>([
    ['taken', 'v1', undefined, 'ALIAS_EXISTS'],
    ['live', 'v9', undefined, 'VERSION_NOT_FOUND'],
    ['live', 'latest', undefined, 'VERSION_HAS_ALIAS'],
    ['live', 'v1', weight('v1', 5), 'ADDITIONAL_VERSION_IS_MAIN'],
    ['live', 'v1', weight('latest', 5), 'ADDITIONAL_VERSION_INVALID'],
    ['live', 'v1', weight('v9', 5), 'ADDITIONAL_VERSION_INVALID'],
  ])('%s for %s with %j fails as %#', (name, version, additional, reason) => {
    given(createAlias).events([...history, aliased('taken', 'latest')]).when(wish(name, version, additional)).thenFails(reason);
  });

  it('is refused for the eleventh', () => {
    const versions = Array.from({ length: 11 }, (_, index) => published(`w${index}`));
    const aliases = Array.from({ length: 10 }, (_, index) => aliased(`a${index}`, `w${index}`));
    given(createAlias).events([created(), ...versions, ...aliases]).when(wish('a10', 'w10')).thenFails('ALIAS_QUOTA_EXCEEDED');
  });

  it('of what is not there is refused', () => given(createAlias).events([]).when(wish('live', 'latest')).thenFails('FUNCTION_NOT_FOUND'));
});

describe('changing an alias', () => {
  const before = [...history, aliased('live', 'v1', weight('v2', 10))];

  it('replaces where it points as a whole', () => given(replaceAlias).events(before).when(wish('live', 'v2')).thenEvents([changed('live', 'v2')]));
  it('keeps the version when none is given', () => {
    given(replaceAlias).events(before).when(wish('live', undefined, weight('v2', 20))).thenEvents([changed('live', 'v1', weight('v2', 20))]);
  });
  it('to what it is changes nothing', () => given(replaceAlias).events(before).when(wish('live', 'v1', weight('v2', 10))).thenEvents([]));
  it('that is not there is refused', () => given(replaceAlias).events(history).when(wish('live', 'v1')).thenFails('ALIAS_NOT_FOUND'));
  it('to the version of another alias is refused', () => {
    given(replaceAlias).events([...before, aliased('next', 'v2')]).when(wish('live', 'v2')).thenFails('VERSION_HAS_ALIAS');
  });
});

describe('deleting an alias', () => {
  it('ends it', () => {
    given(deleteAlias).events([...history, aliased('live', 'v1')]).when({ urn: 'hello', name: 'live' }).thenEvents([{ type: 'AliasDeleted', data: { of: OWNER, alias: anAlias('live', 'v1') } }]);
  });
  it('that is not there is refused', () => given(deleteAlias).events(history).when({ urn: 'hello', name: 'live' }).thenFails('ALIAS_NOT_FOUND'));
});
