import fc from 'fast-check';
import { Glob } from './glob.js';

/** What a wildcard means, said as plainly as possible. */
function naive(pattern: string, text: string, anyOne: boolean): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') return Array.from({ length: text.length + 1 }, (_, taken) => text.slice(taken)).some((left) => naive(rest, left, anyOne));
  return text !== '' && (first === text[0] || (anyOne && first === '?')) && naive(rest, text.slice(1), anyOne);
}

// Few letters, so that wildcards have many ways to match.
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
const text = fc.string({ unit: fc.constantFrom('a', 'b', '?'), maxLength: 8 });

describe('a glob', () => {
  it('matches what its wildcards mean', () => {
    fc.assert(
      fc.property(pattern, text, fc.boolean(), (wildcards, value, anyOne) => {
        expect(new Glob(wildcards, anyOne).matches(value)).toBe(naive(wildcards, value, anyOne));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no more steps than text and pattern are long together, where backtracking would never end', () => {
    expect(new Glob(`${'*a'.repeat(100)}b`).matches('a'.repeat(1500))).toBe(false);
  });
});
