import { given } from '@windlass/event-store/testing';
import fc from 'fast-check';
import { created, OWNER } from '../function/testing/a-function.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from '../function/function.state.js';
import { putTags, removeTags } from './change-tags.decider.js';
import type { FunctionTag } from './function-tag.js';

const tag = (key: string, value = ''): FunctionTag => ({ key, value });
const tagged = (...tags: FunctionTag[]) => ({ type: 'FunctionTagsChanged' as const, data: { of: OWNER, tags } });
const put = (...tags: FunctionTag[]) => ({ urn: 'hello', tags });
const off = (...tags: { key: string; value: string | undefined }[]) => ({ urn: 'hello', tags });

describe('putting tags on a function', () => {
  it('adds what is new and replaces what is there, which keeps its place', () => {
    given(putTags).events([created(), tagged(tag('a', '1'), tag('b', '2'))]).when(put(tag('c', '3'), tag('a', '9'))).thenEvents([tagged(tag('a', '9'), tag('b', '2'), tag('c', '3'))]);
  });

  it('is no event when nothing changes', () => given(putTags).events([created(), tagged(tag('a', '1'))]).when(put(tag('a', '1'))).thenEvents([]));

  it('is refused for the twenty-first', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => tag(`k${index}`));
    given(putTags).events([created(), tagged(...twenty)]).when(put(tag('k0', 'other'))).thenEvents([tagged(tag('k0', 'other'), ...twenty.slice(1))]);
    given(putTags).events([created(), tagged(...twenty)]).when(put(tag('one-more'))).thenFails('TAG_QUOTA_EXCEEDED');
  });

  it('of what is not there is refused', () => given(putTags).events([]).when(put(tag('a'))).thenFails('FUNCTION_NOT_FOUND'));
});

describe('taking tags off a function', () => {
  const history = [created(), tagged(tag('a', '1'), tag('b', '2'))];

  it('takes a key whatever its value, or only with the value that is named', () => {
    given(removeTags).events(history).when(off({ key: 'a', value: undefined })).thenEvents([tagged(tag('b', '2'))]);
    given(removeTags).events(history).when(off({ key: 'a', value: '1' })).thenEvents([tagged(tag('b', '2'))]);
    given(removeTags).events(history).when(off({ key: 'a', value: '2' })).thenEvents([]);
  });

  it('is no event for what is not there', () => given(removeTags).events(history).when(off({ key: 'z', value: undefined })).thenEvents([]));
  it('of what is not there is refused', () => given(removeTags).events([]).when(off({ key: 'a', value: undefined })).thenFails('FUNCTION_NOT_FOUND'));
});

it('tags behave as a map that remembers the order of its keys', () => {
  const change = fc.record({ put: fc.boolean(), key: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.constantFrom('', '1', '2') });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const model = new Map<string, string>();
      let state: FunctionState = evolveFunction(NO_FUNCTION, created());
      for (const { put: puts, key, value } of changes) {
        const events = puts ? putTags.decide(state, put(tag(key, value))) : removeTags.decide(state, off({ key, value: undefined }));
        state = events.reduce(evolveFunction, state);
        if (puts) model.set(key, value);
        else model.delete(key);
      }
      expect(state.status === 'active' && state.tags).toEqual([...model].map(([key, value]) => ({ key, value })));
    }),
  );
});
