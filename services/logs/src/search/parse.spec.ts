import fc from 'fast-check';
import { isWindlassError } from '@windlass/errors';
import { print } from './expression.js';
import { parse } from './parse.js';
import { arbitraryExpression, arbitrarySource } from './testing/arbitrary-search.js';

const printed = (source: string): string | undefined => {
  const expression = parse(source);
  return expression && print(expression);
};

describe('parsing a search expression', () => {
  it.each([
    ['words together must all be there', 'GET POST', '"get" and "post"'],
    ['delimiters only separate', 'var/log', '"var" and "log"'],
    ['quoted text is words too', '"var:log"', '"var" and "log"'],
    ['a phrase keeps the order', '#"/var/log"', '#"var log"'],
    ['nothing is a wildcard inside a phrase', '#"a* b"', '#"a* b"'],
    ['a phrase of one word is a word', '#"abc"', '"abc"'],
    ['and and not bind tighter than or', 'a or b and not c', '"a" or "b" and not "c"'],
    ['parentheses bind tightest', '(a or b) c', '("a" or "b") and "c"'],
    ['symbols need no blanks', 'a&&b||c', '"a" and "b" or "c"'],
    ['operators may be upper case', 'a AND b OR NOT c', '"a" and "b" or not "c"'],
    ['operators in mixed case are words', 'a And b', '"a" and "and" and "b"'],
    ['operators in quotes are words', 'a "and" b', '"a" and "and" and "b"'],
    ['two nots cancel out', 'not not a', '"a"'],
    ['a field takes the values that follow it', 'method:GET POST', '"method":"get" and "method":"post"'],
    ['until an operator', 'method:GET and POST', '"method":"get" and "post"'],
    ['or the next field', 'method:GET status:200', '"method":"get" and "status":"200"'],
    ['a field may be quoted', '"request method":GET', '"request method":"get"'],
    ['a field may hold a phrase', 'path:#"var log"', '"path":#"var log"'],
    ['an empty field', 'path:""', '"path":""'],
    ['an absent field', 'not user:*', 'not "user":*'],
    ['content is the line itself', 'content:error', '"error"'],
    ['wildcards at the end and in the middle', 'err* e?r', 'err* and e?r'],
    ['wildcards beside delimiters', 'var/lo*', '"var" and lo*'],
    ['escaped quotes are delimiters like others', '"say \\"hi\\""', '"say" and "hi"'],
    ['lonely delimiters say nothing', 'a , b', '"a" and "b"'],
    ['a field is compared with a number', 'size>=5 and "a b" < -1.5', '"size" >= 5 and "a b" < -1.5'],
    ['a field lies in a range', 'size in (1 2.5] status in [500 599]', '"size" in (1 2.5] and "status" in [500 599]'],
    ['an equals sign is a colon', 'status = 200 a=b', '"status":"200" and "a":"b"'],
    ['a comparison ends the values before it', 'method:GET POST size>5', '"method":"get" and "method":"post" and "size" > 5'],
    ['"in" is a word where no range follows', 'error in module', '"error" and "in" and "module"'],
  ])('%s: %s', (_promise, source, expected) => expect(printed(source)).toBe(expected));

  it.each(['', '   ', ' ; '])('asks for nothing when nothing is said: %j', (source) => expect(parse(source)).toBeUndefined());

  it.each([
    ['*abc', /not at its start/],
    ['?', /not at its start/],
    ['not', /a word was expected \(at character 4\)/],
    ['a or', /a word was expected/],
    ['(a', /not closed \(at character 1\)/],
    ['a)', /no opening one/],
    ['"abc', /quotation mark is not closed/],
    ['key:', /has no value/],
    ['12:30:05', /put text that holds one in quotes/],
    ['""', /holds no word/],
    ['size>=large', /">=" compares with a number; for text write key:value \(at character 7\)/],
    ['size>', /compared with nothing \(at character 6\)/],
    ['a,b@*c', /not at its start \(at character 5\)/],
    ['a\0', /NUL character \(at character 2\)/],
    ['>5', /a word was expected \(at character 1\)/],
    ['a:b>5:c', /a word was expected|no value|before a colon/],
    ['size in [1 2', /range of two numbers, such as \[1 5\] or \(1 5\].* \(at character 6\)/],
    ['size in (a or b)', /range of two numbers/],
    ['in [1 2]', /a word was expected \(at character 1\)/],
    ['a | select 1', /a "\|" begins an analysis, which has no place here/],
    [`${'('.repeat(33)}a${')'.repeat(33)}`, /nest deeper than 32/],
    ['a '.repeat(101), /more than 100 words/],
    ['a'.repeat(4097), /4097 characters, and at most 4096 .*\(at character 4097\)/],
    [`${'a'.repeat(64)}*`, /at most 64/],
    ['a\0b', /NUL/],
  ])('refuses %j and says why', (source, why) => {
    expect(() => parse(source)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'LTS.0301', message: expect.stringMatching(why) }));
  });

  it('throws nothing but its own error, whatever it is given', () => {
    fc.assert(
      fc.property(arbitrarySource, (source) => {
        try {
          parse(source);
        } catch (error) {
          expect(isWindlassError(error) && error.code).toBe('LTS.0301');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what is printed', () => {
    fc.assert(
      fc.property(arbitraryExpression, (expression) => expect(parse(print(expression))).toEqual(expression)),
      { numRuns: 1000 },
    );
  });

  it('cuts long unclosed quotes and many backslashes in linear time', () => {
    expect(() => parse(`"${'\\'.repeat(4001)}`)).toThrow(/not closed/);
  });
});
