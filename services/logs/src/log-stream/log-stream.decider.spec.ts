import { fold } from '@windlass/event-store';
import { logStream, type LogStreamCommand, type LogStreamEvent } from './log-stream.decider.js';

const details = { domainId: 'd1', projectId: 'p1', groupId: 'g1', name: 'hello', alias: '', ttlInDays: null, tags: {} };
const created: LogStreamEvent = { type: 'LogStreamCreated', data: details };
const deleted: LogStreamEvent = { type: 'LogStreamDeleted', data: {} };

const decide = (given: LogStreamEvent[], command: LogStreamCommand) => logStream.decide(fold(logStream, logStream.initial, given), command);

describe('a log stream', () => {
  it("is created with its own retention or the group's", () => {
    expect(decide([], { kind: 'create', ...details })).toEqual([created]);
    expect(decide([], { kind: 'create', ...details, ttlInDays: 1 })).toEqual([{ type: 'LogStreamCreated', data: { ...details, ttlInDays: 1 } }]);
  });

  it('is named and kept by the rules of groups', () => {
    const invalid = expect.objectContaining({ kind: 'invalid', code: 'LTS.0009' });
    expect(() => decide([], { kind: 'create', ...details, name: '_x' })).toThrow(invalid);
    expect(() => decide([], { kind: 'create', ...details, ttlInDays: 0 })).toThrow(invalid);
    expect(() => decide([], { kind: 'create', ...details, alias: 'x'.repeat(65) })).toThrow(invalid);
  });

  it('changes what is named, and says nothing of what stays', () => {
    const change = (command: object, ...given: LogStreamEvent[]) => decide([created, ...given], { kind: 'change', ...command });
    expect(change({ ttlInDays: 7 })).toEqual([{ type: 'LogStreamRetentionChanged', data: { ttlInDays: 7 } }]);
    expect(change({ ttlInDays: null }, { type: 'LogStreamRetentionChanged', data: { ttlInDays: 7 } })).toEqual([{ type: 'LogStreamRetentionChanged', data: { ttlInDays: null } }]);
    expect(change({ tags: { a: '1' }, masksSecrets: true })).toEqual([
      { type: 'LogStreamTagged', data: { tags: { a: '1' } } },
      { type: 'LogStreamMaskingChanged', data: { masksSecrets: true } },
    ]);
    expect(change({ ttlInDays: null, tags: {}, masksSecrets: false })).toEqual([]);
    expect(() => change({ tags: { a: '1' }, ttlInDays: 366 })).toThrow(/ttl_in_days is a number from 1 to 365/);
    expect(() => decide([created, deleted], { kind: 'change', ttlInDays: 7 })).toThrow(expect.objectContaining({ code: 'LTS.0208' }));
  });

  it('is deleted once', () => {
    const missing = expect.objectContaining({ kind: 'not_found', code: 'LTS.0208', message: 'The log stream does not existed' });
    expect(decide([created], { kind: 'delete' })).toEqual([deleted]);
    expect(() => decide([created, deleted], { kind: 'delete' })).toThrow(missing);
    expect(() => decide([], { kind: 'delete' })).toThrow(missing);
  });
});
