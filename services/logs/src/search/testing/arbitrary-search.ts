import fc from 'fast-check';
import { all, any, CONTENT, not, term, type Expression, type Match } from '../expression.js';

// Few letters, so that expressions and lines meet often; the odd ones are what case, LIKE and SQL could trip over.
const LETTERS = ['a', 'b', 'c', '%', '_', '-', '.', '*', 'é', 'ß', '😀', '中', '#', '|', '+'];
const FIELDS = [CONTENT, 'function', 'request_id', 'a.b-c_d', 'absent'];

const word = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));
const patternLetter = fc.constantFrom('a', 'b', 'c', '%', '_', '*', '?', 'é', '😀');

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

export const arbitraryLine = fc.record({
  content: text,
  labels: fc.dictionary(fc.constantFrom('function', 'request_id', 'a.b-c_d'), text, { maxKeys: 3 }),
});

/** Text a person or an attacker might send: pieces of the language in any order, and any characters at all. */
export const arbitrarySource = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b*', '?', '*', '"', '#"', '\\', '(', ')', ':', ' ', 'and', 'or', 'not', '&&', '||', '|', '=', 'in', '[', '/', 'key:', '""'), { maxLength: 14 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
