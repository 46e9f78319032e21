import fc from 'fast-check';
import { all, any, CONTENT, not, term, type Expression, type Match } from '../expression.js';

// Few letters, so that expressions and lines meet often; the odd ones are what case, LIKE and SQL could trip over.
const LETTERS = ['a', 'b', 'c', '%', '_', '-', '.', '*', 'é', 'ß', '😀', '中', '#', '|', '+'];
const FIELDS = [CONTENT, 'function', 'request_id', 'a.b-c_d', 'absent', 'user', 'user.name', 'n'];

const word = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));
const patternLetter = fc.constantFrom('a', 'b', 'c', '%', '_', '*', '?', 'é', '😀');

// Written as clients write them, and close to the values that lines hold.
const number = fc.oneof(fc.constantFrom(0, 5, -1, 1.5, 100, 1e21, 1e-7), fc.integer({ min: -20, max: 20 }));
const bound = fc.record({ value: number, included: fc.boolean() });
const NO_LOW = { value: -Infinity, included: false };
const NO_HIGH = { value: Infinity, included: false };

const match: fc.Arbitrary<Match> = fc.oneof(
  { weight: 4, arbitrary: word.map((token): Match => ({ kind: 'word', token })) },
  { weight: 3, arbitrary: fc.array(word, { minLength: 2, maxLength: 3 }).map((tokens): Match => ({ kind: 'phrase', tokens })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'b', '%', '😀'), fc.array(patternLetter, { maxLength: 3 }), fc.constantFrom('*', '?'))
      .map(([first, middle, last]): Match => ({ kind: 'wildcard', pattern: [first, ...middle, last].join('') })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Match>({ kind: 'present' }, { kind: 'empty' }) },
  { weight: 1, arbitrary: fc.oneof(fc.tuple(bound, bound), fc.tuple(bound, fc.constant(NO_HIGH)), fc.tuple(fc.constant(NO_LOW), bound)).map(([low, high]): Match => ({ kind: 'range', low, high })) },
);

export const arbitraryExpression: fc.Arbitrary<Expression> = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.tuple(fc.constantFrom(...FIELDS), match).map(([field, what]) => term(field, what)),
    fc.array(tie('node'), { minLength: 2, maxLength: 3, depthIdentifier: 'expression' }).map(all),
    fc.array(tie('node'), { minLength: 2, maxLength: 3, depthIdentifier: 'expression' }).map(any),
    tie('node').map(not),
  ),
})).node;

const text = fc.array(fc.oneof(word, fc.constantFrom(' ', ', ', '/', ':', 'A B', '=')), { maxLength: 6 }).map((parts) => parts.join(''));

// JSON as programs write it, and as others do: escapes, numbers in odd forms.
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.array(fc.oneof(text, number), { maxLength: 2 }), fc.dictionary(fc.constantFrom('name', 'a', 'é'), fc.oneof(text, number), { maxKeys: 2 }));
const json = fc
  .tuple(fc.dictionary(fc.constantFrom('user', 'user.name', 'n', 'function', 'a'), value, { maxKeys: 4 }), fc.constantFrom('plain', 'escaped', 'odd numbers'))
  .map(([object, style]) => {
    const plain = JSON.stringify(object);
    if (style === 'escaped') return plain.replace(/[éß中abAB]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return style === 'odd numbers' ? plain.replace(/:(\d+)([,}])/g, ':$1.00$2').replace(/:(-?\d+)\.5/g, ':$1.5e0') : plain;
  });

export const arbitraryLine = fc.record({
  content: fc.oneof({ weight: 2, arbitrary: text }, { weight: 1, arbitrary: json }, { weight: 1, arbitrary: number.map((n) => ` ${n} `) }),
  labels: fc.dictionary(fc.constantFrom('function', 'request_id', 'a.b-c_d', 'n'), fc.oneof(text, number.map(String)), { maxKeys: 3 }),
});

/** Text a person or an attacker might send: pieces of the language in any order, and any characters at all. */
export const arbitrarySource = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b*', '?', '*', '"', '#"', '\\', '(', ')', ':', ' ', 'and', 'or', 'not', '&&', '||', '|', '=', 'in', '[', '/', 'key:', '""'), { maxLength: 14 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
