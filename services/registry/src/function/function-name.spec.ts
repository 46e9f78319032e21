import fc from 'fast-check';
import { requireFunctionName, requirePackageName } from './function-name.js';

// The rule again, written another way, so that the two must agree.
function followsTheRule(name: string): boolean {
  const letter = (c: string): boolean => (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const digit = (c: string): boolean => c >= '0' && c <= '9';
  const last = name.at(-1) ?? '';
  return name.length >= 1 && name.length <= 60 && letter(name[0] ?? '') && (letter(last) || digit(last)) && [...name].every((c) => letter(c) || digit(c) || c === '-' || c === '_');
}

function accepted(check: () => unknown, code: string): boolean {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ kind: 'invalid', code });
    return false;
  }
}

const names = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{1,62}$/), fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,60}$/));

describe('a name', () => {
  it('of a function is accepted exactly when it follows the documented rule', () => {
    fc.assert(fc.property(names, (name) => accepted(() => requireFunctionName(name), 'FSS.1002') === followsTheRule(name)), { numRuns: 1000 });
  });

  it('of a package follows the same rule, and nothing means default', () => {
    expect(requirePackageName('')).toBe('default');
    fc.assert(fc.property(names.filter((name) => name !== ''), (name) => accepted(() => requirePackageName(name), 'FSS.1004') === followsTheRule(name)), { numRuns: 1000 });
  });

  it.each(['a', 'FG-demo', 'a'.repeat(60), 'a_1'])('%s is accepted', (name) => expect(requireFunctionName(name)).toBe(name));
  it.each(['', '1a', '-a', 'a-', 'a_', 'a'.repeat(61), 'a b', 'größe', 'a\n'])('%j is refused', (name) => {
    expect(() => requireFunctionName(name)).toThrow(expect.objectContaining({ code: 'FSS.1002' }));
  });
});
