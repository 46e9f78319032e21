import { readTags, readTagsText } from './function-tag.js';

const read = (key: string, value = '') => (): unknown => readTags([{ key, value }], [], '', 'create');

describe('the tags of a request', () => {
  it.each([['env', 'prod'], ['a b', 'x/y'], ['_.:=+-@', '_.:=+-@/'], ['ключ', '値'], ['k'.repeat(128), 'v'.repeat(255)], ['k', '']])('may be %j: %j', (key, value) => {
    expect(read(key, value)).not.toThrow();
  });

  it.each([
    ['', '', /1 to 128/],
    ['k'.repeat(129), '', /1 to 128/],
    ['_sys_enterprise_project_id', '0', /keeps for itself/],
    [' a', '', /no space at its ends/],
    ['a,b', '', /may hold/],
    ['a', 'v'.repeat(256), /more than 255/],
    ['a', '<b>', /may hold/],
    ['a', 'b\n', /may hold/],
  ])('may not be %j: %j', (key, value, sentence) => {
    expect(read(key, value)).toThrow(sentence);
  });

  it('must be some, each once, under the action of the path, and none of the platform', () => {
    expect(() => readTags([], [], 'create', 'create')).toThrow(/missing/);
    expect(() => readTags([{ key: 'a' }, { key: 'a' }], [], '', 'create')).toThrow(/twice/);
    expect(() => readTags([{ key: 'a' }], [], 'delete', 'create')).toThrow(/action/);
    expect(() => readTags([{ key: 'a' }], [{ key: '_sys_enterprise_project_id', value: '1' }], '', 'create')).toThrow(/sys_tags/);
    expect(() => readTags(Array.from({ length: 21 }, (_, index) => ({ key: `k${index}` })), [], '', 'create')).toThrow(/at most 20/);
  });
});

describe('the tags of a new function', () => {
  it('are a text: a list, or an object of values by their keys', () => {
    expect(readTagsText('[{"key":"team","value":"blue"},{"key":"env"}]')).toEqual([{ key: 'team', value: 'blue' }, { key: 'env', value: '' }]);
    expect(readTagsText('{"team":"blue"}')).toEqual([{ key: 'team', value: 'blue' }]);
    for (const nothing of ['', '[]', '{}']) expect(readTagsText(nothing)).toEqual([]);
  });

  it.each(['team=blue', '"team"', '[1]', '[{"key":1}]', '{"team":1}', '[{"key":"_sys_x","value":""}]', 'null', '[{"key":"a"},{"key":"a"}]'])('are refused when they are something else: %s', (text) => {
    expect(() => readTagsText(text)).toThrow(expect.objectContaining({ code: 'FSS.0400', reason: 'TAG_INVALID' }));
  });
});
