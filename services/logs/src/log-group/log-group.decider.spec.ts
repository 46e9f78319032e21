import { fold } from '@windlass/event-store';
import { logGroup, type LogGroupCommand, type LogGroupEvent } from './log-group.decider.js';

const details = { domainId: 'd1', projectId: 'p1', name: 'orders', alias: '', ttlInDays: 30 };
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
    expect(() => decide([created], { kind: 'change retention', ttlInDays })).toThrow(/ttl_in_days is a number from 1 to 365/);
  });

  it('may not have an alias that is too long or breaks the line', () => {
    expect(() => decide([], { kind: 'create', ...details, alias: 'x'.repeat(65) })).toThrow(/log_group_name_alias/);
    expect(() => decide([], { kind: 'create', ...details, alias: 'a\nb' })).toThrow(/log_group_name_alias/);
  });

  it('changes its retention, and nothing when it is the same', () => {
    expect(decide([created], { kind: 'change retention', ttlInDays: 7 })).toEqual([{ type: 'LogGroupRetentionChanged', data: { ttlInDays: 7 } }]);
    expect(decide([created], { kind: 'change retention', ttlInDays: 30 })).toEqual([]);
  });

  it.each<LogGroupCommand>([{ kind: 'change retention', ttlInDays: 7 }, { kind: 'delete' }])('that is gone or never was cannot: %j', (command) => {
    const missing = expect.objectContaining({ kind: 'not_found', code: 'LTS.0201', message: 'The log group does not existed' });
    expect(() => decide([], command)).toThrow(missing);
    expect(() => decide([created, deleted], command)).toThrow(missing);
  });

  it('is deleted once', () => {
    expect(decide([created], { kind: 'delete' })).toEqual([deleted]);
  });
});
