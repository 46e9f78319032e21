import { given } from '@windlass/event-store/testing';
import { created, LATER, OWNER } from '../function/testing/a-function.js';
import { createTestEvent, deleteTestEvent, replaceTestEvent } from './change-test-event.decider.js';
import type { TestEventRecord } from './test-event.js';

const record = (id: string, change: Partial<TestEventRecord> = {}): TestEventRecord => ({ id, name: `event-${id}`, content: 'e30=', createdAt: LATER, ...change });
const kept = (testEvent: TestEventRecord) => ({ type: 'TestEventKept' as const, data: { of: OWNER, testEvent } });
const creation = (id: string, name = `event-${id}`) => ({ urn: 'hello', id, name, content: 'e30=', now: LATER });
const replacement = (id: string, name: string | undefined, content: string) => ({ urn: 'hello', id, name, content, now: LATER });

describe('a test event', () => {
  it('is kept with its function', () => given(createTestEvent).events([created()]).when(creation('1')).thenEvents([kept(record('1'))]));
  it('has a name of its own', () => given(createTestEvent).events([created(), kept(record('1'))]).when(creation('2', 'event-1')).thenFails('TEST_EVENT_EXISTS'));
  it('is refused for the eleventh', () => {
    const ten = Array.from({ length: 10 }, (_, index) => kept(record(String(index))));
    given(createTestEvent).events([created(), ...ten]).when(creation('10')).thenFails('TEST_EVENT_QUOTA_EXCEEDED');
  });

  it('takes another content and name, and from then on has a time of change', () => {
    const history = [created(), kept(record('1')), kept(record('2'))];
    given(replaceTestEvent).events(history).when(replacement('1', undefined, 'MQ==')).thenEvents([kept(record('1', { content: 'MQ==', modifiedAt: LATER }))]);
    given(replaceTestEvent).events(history).when(replacement('1', 'other', 'e30=')).thenEvents([kept(record('1', { name: 'other', modifiedAt: LATER }))]);
    given(replaceTestEvent).events(history).when(replacement('1', 'event-1', 'e30=')).thenEvents([]);
    given(replaceTestEvent).events(history).when(replacement('1', 'event-2', 'e30=')).thenFails('TEST_EVENT_EXISTS');
    given(replaceTestEvent).events(history).when(replacement('3', undefined, 'e30=')).thenFails('TEST_EVENT_NOT_FOUND');
  });

  it('can be deleted, once', () => {
    const gone = { type: 'TestEventDeleted' as const, data: { of: OWNER, testEvent: record('1') } };
    given(deleteTestEvent).events([created(), kept(record('1'))]).when({ urn: 'hello', id: '1' }).thenEvents([gone]);
    given(deleteTestEvent).events([created(), kept(record('1')), gone]).when({ urn: 'hello', id: '1' }).thenFails('TEST_EVENT_NOT_FOUND');
  });

  it('of what is not there is refused', () => given(createTestEvent).events([]).when(creation('1')).thenFails('FUNCTION_NOT_FOUND'));
});
