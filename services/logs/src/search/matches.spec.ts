import fc from 'fast-check';
import { arbitraryExpression, arbitraryLine } from './testing/arbitrary-search.js';
import { highlight } from './highlight.js';
import { matches } from './matches.js';
import { textsOfFields } from './json-fields.js';
import { parse } from './parse.js';
import { tokensOf } from './tokens.js';

const line = {
  content: '2026-11-22 ERROR http://a.example/var/log?x=1 [worker] connection refused',
  labels: { function: 'hello-World', request_id: 'r-1', note: '', agent: 'curl/8 (linux)' },
};
const fits = (source: string): boolean => {
  const expression = parse(source);
  return expression !== undefined && matches(expression, line);
};

describe('a search expression', () => {
  it.each([
    'error',
    'ERROR',
    'refused connection',
    '#"connection refused"',
    '#"var/log"',
    'err*',
    'e*or',
    'err?r',
    '2026-11-*',
    'function:hello-world',
    'function:hello*',
    'agent:linux curl',
    'agent:#"8 linux"',
    'note:""',
    'note:*',
    'not user:*',
    'not user:root',
    'error and not warning',
    'warning or error',
    'content:error',
    'content:*',
  ])('finds the line: %s', (source) => expect(fits(source)).toBe(true));

  it.each([
    'erro',
    '2026',
    '#"refused connection"',
    '#"connection"and warning',
    'hello-world',
    'function:hello',
    'not error',
    'user:*',
    'function:""',
    'request_id:""',
    'constructor:*',
    'e?or',
    'content:""',
  ])('passes it by: %s', (source) => expect(fits(source)).toBe(false));
});

describe('a field', () => {
  const json = { content: '{"level":"ERROR","status":503,"took":1.50e2,"user":{"name":"Ann Lee","tags":["a","b"]},"user.id":7,"none":null,"text":"caf\\u00e9"}', labels: { status: 'x', size: ' 12 ' } };
  const holds = (source: string): boolean => matches(parse(source)!, json);

  it.each(['level:error', 'took:150', 'user.name:ann', 'user.name:#"ann lee"', 'user.id:7', 'user.tags:b', 'user:lee', 'text:café', 'none:*', 'took>=150', 'took in [150 151)', 'user.id < 8', 'size = 12', 'size > 11', 'user.id in (6 7]'])(
    'of a line that is JSON is found: %s',
    (source) => expect(holds(source)).toBe(true),
  );

  it.each(['status:503', 'took>150', 'took in (150 151)', 'user.none:*', 'level > 1', 'missing > 0', 'missing < 0', 'tags:a', 'toString:*', 'user.id in [1 6]'])('is passed by: %s', (source) =>
    expect(holds(source)).toBe(false),
  );

  it('is none of a line that only begins like JSON', () => {
    expect(matches(parse('level:error')!, { content: '{"level":"error"', labels: {} })).toBe(false);
    expect(matches(parse('level:error')!, { content: '["level","error"]', labels: {} })).toBe(false);
  });

  it('that lies deeper than the engine writes does no harm', () => {
    const content = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expect(matches(parse('a:1')!, { content, labels: {} })).toEqual(expect.any(Boolean));
    expect([...textsOfFields(`${content.slice(0, -1)},"b":"\\n"}`)].length).toBeGreaterThan(100_000);
  });
});

describe('a word', () => {
  it('is what stands between delimiters, in lower case', () => {
    expect(tokensOf('GET /a?b=C\t{"d":1}')).toEqual(['get', 'a', 'b', 'c', 'd', '1']);
  });

  it('counts by its first 512 characters and never by half a character', () => {
    expect(tokensOf('x'.repeat(600))).toEqual(['x'.repeat(512)]);
    expect(tokensOf('x'.repeat(511) + '😀')).toEqual(['x'.repeat(511)]);
  });
});

describe('highlighting', () => {
  it.each([
    ['error', 'an <HighLightTag>ERROR</HighLightTag>, an <HighLightTag>error</HighLightTag>'],
    ['err*', 'an <HighLightTag>ERROR</HighLightTag>, an <HighLightTag>error</HighLightTag>'],
    ['#"error an"', 'an <HighLightTag>ERROR</HighLightTag>, <HighLightTag>an</HighLightTag> error'],
    ['not error', 'an ERROR, an error'],
    ['function:error', 'an ERROR, an error'],
  ])('marks what was searched for: %s', (source, expected) => {
    const expression = parse(source);
    expect(expression && highlight({ content: 'an ERROR, an error', labels: { function: 'error' } }, expression)).toBe(expected);
  });

  it.each([
    ['level:error', '{"level":"<HighLightTag>ERROR</HighLightTag>","text":"an error","user":{"name":"error","id":7},"ms":12.5}'],
    ['text:#"an error"', '{"level":"ERROR","text":"<HighLightTag>an</HighLightTag> <HighLightTag>error</HighLightTag>","user":{"name":"error","id":7},"ms":12.5}'],
    ['user.name:err*', '{"level":"ERROR","text":"an error","user":{"name":"<HighLightTag>error</HighLightTag>","id":7},"ms":12.5}'],
    ['ms > 10 and user.id in [7 8]', '{"level":"ERROR","text":"an error","user":{"name":"error","id":<HighLightTag>7</HighLightTag>},"ms":<HighLightTag>12.5</HighLightTag>}'],
    ['ms > 20 or level:warning', undefined],
    ['not level:error', undefined],
    ['level:*', undefined],
    // A label goes before a field of the same name, and stands not in the text.
    ['function:error', undefined],
  ])('marks in the field of a line that is JSON what was searched for there: %s', (source, expected) => {
    const content = '{"level":"ERROR","text":"an error","user":{"name":"error","id":7},"ms":12.5}';
    expect(highlight({ content, labels: { function: 'error' } }, parse(source)!)).toBe(expected ?? content);
  });

  it('adds nothing but marks, whatever lines and expressions are', () => {
    fc.assert(
      fc.property(arbitraryLine, arbitraryExpression, (given, expression) => {
        expect(highlight(given, expression).replace(/<\/?HighLightTag>/g, '')).toBe(given.content);
      }),
    );
  });
});
