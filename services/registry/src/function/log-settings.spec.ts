import { readLogWish, type LogFields } from './log-settings.js';

const read = (change: Partial<LogFields>): ReturnType<typeof readLogWish> => readLogWish({ log_config: undefined, lts_custom_tag: {}, ...change });
const config = (group_id: string, stream_id: string): LogFields['log_config'] => ({ group_id, stream_id, group_name: '', stream_name: '' });

describe('what a request wants of logs', () => {
  it('is to keep them when it says nothing, even in an empty object', () => {
    expect(read({})).toEqual({ kind: 'keep' });
    expect(read({ log_config: config('', '') })).toEqual({ kind: 'keep' });
  });

  it('is to switch them off when it says so', () => {
    expect(read({ enable_lts_log: false, log_config: config('g', 's') })).toEqual({ kind: 'off', tags: {} });
  });

  it('is to have them on when it says so, names a stream or gives tags', () => {
    expect(read({ enable_lts_log: true })).toEqual({ kind: 'on', groupId: '', streamId: '', tags: {} });
    expect(read({ log_config: config('g', 's') })).toEqual({ kind: 'on', groupId: 'g', streamId: 's', tags: {} });
    expect(read({ lts_custom_tag: { a: 'b' } })).toEqual({ kind: 'on', groupId: '', streamId: '', tags: { a: 'b' } });
  });

  it('is refused with half a log_config', () => {
    expect(() => read({ log_config: config('g', '') })).toThrow(expect.objectContaining({ code: 'FSS.0400' }));
  });

  it('has at most 10 tags of at most 64 allowed characters', () => {
    const tags = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
    read({ lts_custom_tag: tags(10) });
    for (const bad of [tags(11), { 'a b': 'c' }, { a: 'ü' }, { a: '' }, { ['k'.repeat(65)]: 'v' }, { a: 'v'.repeat(65) }]) {
      expect(() => read({ lts_custom_tag: bad })).toThrow(expect.objectContaining({ code: 'FSS.0400' }));
    }
  });
});
