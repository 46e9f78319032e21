import { highlight } from './highlight.js';
import { matches } from './matches.js';
import { parse } from './parse.js';
import { labelTokensOf, tokensOf } from './tokens.js';

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

describe('a word', () => {
  it('is what stands between delimiters, in lower case', () => {
    expect(tokensOf('GET /a?b=C\t{"d":1}')).toEqual(['get', 'a', 'b', 'c', 'd', '1']);
  });

  it('counts by its first 512 characters and never by half a character', () => {
    expect(tokensOf('x'.repeat(600))).toEqual(['x'.repeat(512)]);
    expect(tokensOf('x'.repeat(511) + '😀')).toEqual(['x'.repeat(511)]);
  });

  it('of a label carries the key', () => {
    expect(labelTokensOf({ b: '2 1', a: 'X' })).toEqual(['a=x', 'b=2', 'b=1']);
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
    expect(expression && highlight('an ERROR, an error', expression)).toBe(expected);
  });
});
