import { fold } from '@windlass/event-store';
import { logGroup, type LogGroupCommand, type LogGroupEvent } from './log-group.decider.js';

const details = { domainId: 'd1', projectId: 'p1', name: 'orders', alias: '', ttlInDays: 30, tags: {} };
const created: LogGroupEvent = { type: 'LogGroupCreated', data: details };
const deleted: LogGroupEvent = { type: 'LogGroupDeleted', data: {} };

const decide = (given: LogGroupEvent[], command: LogGroupCommand) => logGroup.decide(fold(logGroup, logGroup.initial, given), command);

describe('a log group', () => {
  it('is created with its name, alias and retention', () => {
    expect(decide([], { kind: 'create', ...details })).toEqual([created]);
  });

  it.each(['a', 'A-1', '9', '-x', 'a_', 'functiongraph.log.group.default', 'x'.repeat(64)])('may be named %s', (name) => {
    expect(decide([], { kind: 'create', ...details, name })).toHaveLength(1);
  });

  it.each(['', '.a', '_a', 'a.', 'a b', 'a/b', 'ä', 'a\n', 'x'.repeat(65)])('may not be named %j', (name) => {
    expect(() => decide([], { kind: 'create', ...details, name })).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0009' }));
  });

  it.each([0, 366, 1.5, Number.NaN])('may not keep its lines for %d days', (ttlInDays) => {
    expect(() => decide([], { kind: 'create', ...details, ttlInDays })).toThrow(/ttl_in_days is a number from 1 to 365/);
    expect(() => decide([created], { kind: 'change', ttlInDays })).toThrow(/ttl_in_days is a number from 1 to 365/);
  });

  it('may not have an alias that is too long or breaks the line', () => {
    expect(() => decide([], { kind: 'create', ...details, alias: 'x'.repeat(65) })).toThrow(/log_group_name_alias/);
    expect(() => decide([], { kind: 'create', ...details, alias: 'a\nb' })).toThrow(/log_group_name_alias/);
  });

  it('changes its retention, and nothing when it is the same', () => {
    expect(decide([created], { kind: 'change', ttlInDays: 7 })).toEqual([{ type: 'LogGroupRetentionChanged', data: { ttlInDays: 7 } }]);
    expect(decide([created], { kind: 'change', ttlInDays: 30 })).toEqual([]);
  });

  it('has the tags it was given, with those that were added and without those that were taken off', () => {
    const tagged: LogGroupEvent = { type: 'LogGroupTagged', data: { tags: { a: '1', b: '2' } } };
    expect(decide([created], { kind: 'change', tags: { a: '1', b: '2' } })).toEqual([tagged]);
    expect(decide([created, tagged], { kind: 'tag', add: { b: '3', c: '' }, remove: [] })).toEqual([{ type: 'LogGroupTagged', data: { tags: { a: '1', b: '3', c: '' } } }]);
    expect(decide([created, tagged], { kind: 'tag', add: {}, remove: ['a', 'x'] })).toEqual([{ type: 'LogGroupTagged', data: { tags: { b: '2' } } }]);
    expect(decide([created, tagged], { kind: 'tag', add: { a: '1' }, remove: [] })).toEqual([]);
    expect(decide([], { kind: 'create', ...details, tags: { a: '1' } })).toEqual([{ type: 'LogGroupCreated', data: { ...details, tags: { a: '1' } } }]);
  });

  it.each<[string, Record<string, string>]>([
    ['no key', { '': 'v' }],
    ['a key of the platform', { _sys: 'v' }],
    ['a key that is too long', { ['k'.repeat(129)]: 'v' }],
    ['a value that is too long', { k: 'v'.repeat(256) }],
    ['a line break', { k: 'a\nb' }],
    ['too many', Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v']))],
  ])('may not have tags with %s', (_what, tags) => {
    for (const command of [{ kind: 'create', ...details, tags }, { kind: 'change', tags }, { kind: 'tag', add: tags, remove: [] }] as const) {
      expect(() => decide(command.kind === 'create' ? [] : [created], command)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0009' }));
    }
  });

  it.each<LogGroupCommand>([{ kind: 'change', ttlInDays: 7 }, { kind: 'tag', add: { a: '1' }, remove: [] }, { kind: 'delete' }])('that is gone or never was cannot: %j', (command) => {
    const missing = expect.objectContaining({ kind: 'not_found', code: 'LTS.0201', message: 'The log group does not existed' });
    expect(() => decide([], command)).toThrow(missing);
    expect(() => decide([created, deleted], command)).toThrow(missing);
  });

  it('is deleted once', () => {
    expect(decide([created], { kind: 'delete' })).toEqual([deleted]);
  });
});
