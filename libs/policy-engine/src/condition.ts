import { Glob } from './glob.js';

/** Values of a request by condition key. A key without a value is left out. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** Keys every request may have, whatever service it is for. */
export const GLOBAL_KEYS = ['g:CurrentTime', 'g:DomainName', 'g:MFAPresent', 'g:MFAAge', 'g:ProjectName', 'g:ServiceName', 'g:UserId', 'g:UserName'] as const;

type Test = (actual: string) => boolean;

interface Comparison {
  /** A test against one expected value; `undefined` when that value is not of the operator's kind. */
  readonly against: (expected: string) => Test | undefined;
  /** True when the expected values are those the actual one must not have. */
  readonly negated: boolean;
}

const is = (against: Comparison['against']): Comparison => ({ against, negated: false });
const isNot = (against: Comparison['against']): Comparison => ({ against, negated: true });

const sameText = (expected: string): Test => (actual) => actual === expected;
const sameIgnoringCase = (expected: string): Test => {
  const wanted = expected.toLowerCase();
  return (actual) => actual.toLowerCase() === wanted;
};
const like = (expected: string): Test => {
  const glob = new Glob(expected, true);
  return (actual) => glob.matches(actual);
};

const measured =
  (read: (text: string) => number | undefined, holds: (actual: number, expected: number) => boolean) =>
  (text: string): Test | undefined => {
    const expected = read(text);
    if (expected === undefined) return undefined;
    return (value) => {
      const actual = read(value);
      return actual !== undefined && holds(actual, expected);
    };
  };

const less = (actual: number, expected: number): boolean => actual < expected;
const lessOrEqual = (actual: number, expected: number): boolean => actual <= expected;
const greater = (actual: number, expected: number): boolean => actual > expected;
const greaterOrEqual = (actual: number, expected: number): boolean => actual >= expected;
const equal = (actual: number, expected: number): boolean => actual === expected;

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['StringEquals', is(sameText)],
  ['StringNotEquals', isNot(sameText)],
  ['StringEqualsIgnoreCase', is(sameIgnoringCase)],
  ['StringNotEqualsIgnoreCase', isNot(sameIgnoringCase)],
  ['StringMatch', is(like)],
  ['StringNotMatch', isNot(like)],
  ['StringStartWith', is((expected) => (actual) => actual.startsWith(expected))],
  ['StringEndWith', is((expected) => (actual) => actual.endsWith(expected))],
  ['NumberEquals', is(measured(readNumber, equal))],
  ['NumberNotEquals', isNot(measured(readNumber, equal))],
  ['NumberLessThan', is(measured(readNumber, less))],
  ['NumberLessThanEquals', is(measured(readNumber, lessOrEqual))],
  ['NumberGreaterThan', is(measured(readNumber, greater))],
  ['NumberGreaterThanEquals', is(measured(readNumber, greaterOrEqual))],
  ['DateLessThan', is(measured(readDate, less))],
  ['DateLessThanEquals', is(measured(readDate, lessOrEqual))],
  ['DateGreaterThan', is(measured(readDate, greater))],
  ['DateGreaterThanEquals', is(measured(readDate, greaterOrEqual))],
  ['Bool', is((expected) => (isBoolean(expected) ? sameIgnoringCase(expected) : undefined))],
]);

function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Milliseconds since the epoch; a time without an offset would mean another moment elsewhere, so it is none. */
function readDate(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function isBoolean(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

/** How the values of a request are taken together: each on its own terms, all of them, or at least one. */
type Quantifier = 'plain' | 'all' | 'any';

export interface Operator {
  readonly comparison: Comparison | 'null';
  readonly quantifier: Quantifier;
  readonly ifExists: boolean;
}

const QUANTIFIERS: Readonly<Record<string, Quantifier>> = { ForAllValues: 'all', ForAnyValue: 'any' };
const IF_EXISTS = 'IfExists';

/** `undefined` when there is no such operator. */
export function parseOperator(name: string): Operator | undefined {
  if (name === 'Null') return { comparison: 'null', quantifier: 'plain', ifExists: false };
  const prefix = /^(ForAllValues|ForAnyValue):?/.exec(name);
  const quantifier = QUANTIFIERS[prefix?.[1] ?? ''] ?? 'plain';
  const rest = name.slice(prefix?.[0].length ?? 0);
  const ifExists = rest.endsWith(IF_EXISTS);
  const comparison = COMPARISONS.get(ifExists ? rest.slice(0, -IF_EXISTS.length) : rest);
  return comparison === undefined ? undefined : { comparison, quantifier, ifExists };
}

/** One operator on one key of a statement. */
export class Condition {
  private constructor(
    private readonly key: string,
    private readonly holds: (values: readonly string[] | undefined) => boolean,
  ) {}

  /** `undefined` when an expected value is not of the operator's kind, such as a word for a number. */
  static of(operator: Operator, key: string, expected: readonly string[]): Condition | undefined {
    const { comparison } = operator;
    if (comparison === 'null') {
      if (!expected.every(isBoolean)) return undefined;
      const wanted = expected.map((text) => text.toLowerCase() === 'true');
      return new Condition(key, (values) => wanted.includes(values === undefined));
    }
    const tests: Test[] = [];
    for (const value of expected) {
      const test = comparison.against(value);
      if (test === undefined) return undefined;
      tests.push(test);
    }
    return new Condition(key, (values) => compare(operator, comparison.negated, tests, values));
  }

  isMet(context: Context): boolean {
    const value = Object.hasOwn(context, this.key) ? context[this.key] : undefined;
    return this.holds(typeof value === 'string' ? [value] : value);
  }
}

function compare({ quantifier, ifExists }: Operator, negated: boolean, tests: readonly Test[], values: readonly string[] | undefined): boolean {
  if (values === undefined && ifExists) return true;
  const passes = (value: string): boolean => tests.some((test) => test(value)) !== negated;
  const given = values ?? [];
  switch (quantifier) {
    case 'all':
      return given.every(passes);
    case 'any':
      return given.some(passes);
    case 'plain':
      // No value has a forbidden one either: a negated operator holds for a request that lacks the key.
      return negated ? given.every(passes) : given.some(passes);
    default:
      return quantifier satisfies never;
  }
}
