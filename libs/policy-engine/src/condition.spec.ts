import { Condition, parseOperator, type Context } from './condition.js';

function met(operator: string, expected: readonly string[], context: Context): boolean | undefined {
  const parsed = parseOperator(operator);
  return parsed && Condition.of(parsed, 'k:key', expected)?.isMet(context);
}
const given = (...values: string[]): Context => ({ 'k:key': values });

describe('a condition', () => {
  it.each<[operator: string, expected: string[], actual: string, met: boolean]>([
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', ['a', 'b'], 'B', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringEqualsIgnoreCase', ['A'], 'a', true],
    ['StringNotEqualsIgnoreCase', ['A'], 'a', false],
    ['StringMatch', ['dev-?*'], 'dev-1', true],
    ['StringMatch', ['dev-?*'], 'dev-', false],
    ['StringMatch', ['dev*'], 'Dev', false],
    ['StringNotMatch', ['dev*', 'test*'], 'tested', false],
    ['StringNotMatch', ['dev*', 'test*'], 'prod', true],
    ['StringStartWith', ['ann'], 'anna', true],
    ['StringEndWith', ['ann'], 'anna', false],
    ['NumberEquals', ['1.0'], '1', true],
    ['NumberNotEquals', ['1'], '1.0', false],
    ['NumberLessThan', ['10'], '9', true],
    ['NumberLessThan', ['10'], '10', false],
    ['NumberLessThanEquals', ['10'], '10', true],
    ['NumberGreaterThan', ['-1'], '0', true],
    ['NumberGreaterThanEquals', ['1'], '0.9', false],
    ['NumberLessThan', ['10'], 'nine', false],
    ['NumberLessThan', ['10'], '0x1', false],
    ['DateLessThan', ['2026-01-01T00:00:00Z'], '2025-12-31T23:59:59.999Z', true],
    ['DateLessThan', ['2026-01-01T00:00:00+08:00'], '2025-12-31T16:00:00Z', false],
    ['DateLessThanEquals', ['2026-01-01'], '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', ['2026-01-01T00:00:00Z'], '2026-01-01T00:00:00Z', false],
    ['DateGreaterThanEquals', ['2026-01-01T00:00:00Z'], '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', ['2026-01-01T00:00:00Z'], '2027-01-01 00:00', false],
    ['Bool', ['true'], 'TRUE', true],
    ['Bool', ['true'], 'false', false],
    ['Null', ['false'], 'anything', true],
    ['Null', ['true'], 'anything', false],
  ])('%s %j of "%s" is %s', (operator, expected, actual, result) => {
    expect(met(operator, expected, given(actual))).toBe(result);
    expect(met(operator, expected, { 'k:key': actual })).toBe(result);
  });

  it.each([
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringEqualsIfExists', true],
    ['StringNotEqualsIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValueStringEqualsIfExists', true],
  ])('%s of a request without the key is %s', (operator, result) => {
    expect(met(operator, ['a'], {})).toBe(result);
  });

  it('Null asks whether the request lacks the key', () => {
    expect(met('Null', ['true'], {})).toBe(true);
    expect(met('Null', ['false'], {})).toBe(false);
  });

  it('takes several values of a request together as its quantifier says', () => {
    expect(met('ForAllValues:StringEquals', ['a', 'b'], given('a', 'b', 'a'))).toBe(true);
    expect(met('ForAllValues:StringEquals', ['a', 'b'], given('a', 'c'))).toBe(false);
    expect(met('ForAnyValue:StringEquals', ['a'], given('c', 'a'))).toBe(true);
    expect(met('ForAnyValue:StringNotEquals', ['a'], given('a', 'c'))).toBe(true);
    expect(met('ForAllValues:StringNotEquals', ['a'], given('a', 'c'))).toBe(false);
    expect(met('StringNotEquals', ['a'], given('c', 'a'))).toBe(false);
  });

  it.each(['stringEquals', 'StringLike', 'IfExists', 'ForAllValues', 'NullIfExists', 'ForAnyValue:Null', '', 'constructor'])('knows no operator "%s"', (name) => {
    expect(parseOperator(name)).toBeUndefined();
  });

  it.each([
    ['NumberEquals', 'one'],
    ['DateLessThan', 'tomorrow'],
    ['DateLessThan', '2026-01-01T00:00:00'],
    ['DateLessThan', '2026-13-01T00:00:00Z'],
    ['Bool', 'yes'],
    ['Null', 'maybe'],
  ])('%s is not compared with "%s"', (operator, expected) => {
    expect(met(operator, [expected], given('1'))).toBeUndefined();
  });

  it('does not take what every object has for a key of the request', () => {
    const condition = Condition.of(parseOperator('Null')!, 'toString', ['true']);
    expect(condition?.isMet({})).toBe(true);
  });
});
