import { analysisError } from './analysis.errors.js';
import type { ArithmeticOperator, CompareOperator, Expr, ScalarName, Value } from './select.js';

/** What expressions are evaluated over. */
export interface Row {
  field(name: string): Value;
}

export type Evaluation<R> = (row: R) => Value;

/**
 * An expression as a function of a row. Rules: text that is a number counts as one where a number is asked for; what cannot be computed is
 * null; a comparison with null is null, and a condition that is null does not hold. `special` may answer for parts of its own.
 */
export function compile<R extends Row>(expr: Expr, special: (expr: Expr) => Evaluation<R> | undefined = () => undefined): Evaluation<R> {
  const known = special(expr);
  if (known !== undefined) return known;
  const inner = (part: Expr): Evaluation<R> => compile(part, special);
  switch (expr.kind) {
    case 'literal': {
      const { value } = expr;
      return () => value;
    }
    case 'field': {
      const { name } = expr;
      return (row) => row.field(name);
    }
    case 'call':
      return compileCall(expr.name, expr.of, inner);
    case 'aggregate':
      throw analysisError('an aggregate stands where single lines are looked at', expr.at);
    case 'arithmetic': {
      const [left, right] = [inner(expr.left), inner(expr.right)];
      const compute = ARITHMETIC[expr.operator];
      return (row) => numeric(left(row), right(row), compute);
    }
    case 'compare': {
      const [left, right] = [inner(expr.left), inner(expr.right)];
      const holds = COMPARE[expr.operator];
      return (row) => compared(left(row), right(row), holds);
    }
    case 'like': {
      const of = inner(expr.of);
      const fits = likePattern(expr.pattern);
      return (row) => withText(of(row), fits);
    }
    case 'in': {
      const of = inner(expr.of);
      const among = expr.among.map(inner);
      return (row) => {
        const value = of(row);
        return value === null ? null : among.some((other) => compared(value, other(row), COMPARE['=']) === true);
      };
    }
    case 'is null': {
      const of = inner(expr.of);
      return (row) => of(row) === null;
    }
    case 'and':
    case 'or': {
      const [left, right] = [inner(expr.left), inner(expr.right)];
      const decided = expr.kind === 'or';
      return (row) => {
        const first = truth(left(row));
        if (first === decided) return decided;
        const second = truth(right(row));
        if (second === decided) return decided;
        return first === null || second === null ? null : !decided;
      };
    }
    case 'not': {
      const of = inner(expr.of);
      return (row) => {
        const held = truth(of(row));
        return held === null ? null : !held;
      };
    }
    default:
      return expr satisfies never;
  }
}

/** Whether a condition holds; null where it cannot be told. */
export function truth(value: Value): boolean | null {
  return typeof value === 'boolean' ? value : value === null ? null : value !== 0 && value !== '' && value !== 'false';
}

const NUMBER = /^\s{0,8}[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?\s{0,8}$/;

/** A value as a number, where it is one. */
export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : null;
}

/** Orders values: null, then numbers and texts that are some, then booleans and other texts. */
export function order(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}

const ARITHMETIC: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const COMPARE: Readonly<Record<CompareOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compared(a: Value, b: Value, holds: (order: number) => boolean): Value {
  return a === null || b === null ? null : holds(order(a, b));
}

function numeric(a: Value, b: Value, compute: (a: number, b: number) => number): Value {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === null || y === null) return null;
  const result = compute(x, y);
  return Number.isFinite(result) ? result : null;
}

function withText(value: Value, of: (text: string) => Value): Value {
  return value === null ? null : of(String(value));
}

function withNumber(value: Value, of: (number: number) => number): Value {
  const number = numberOf(value);
  return number === null ? null : of(number);
}

/** `%` is any run of characters, `_` one, case counts. Linear in the text for each `%`, so that no pattern explodes. */
function likePattern(pattern: string): (text: string) => boolean {
  const wanted = Array.from(pattern);
  return (text) => {
    const given = Array.from(text);
    let [w, g, star, retry] = [0, 0, -1, 0];
    while (g < given.length) {
      if (wanted[w] === '%') [star, retry, w] = [w, g, w + 1];
      else if (w < wanted.length && (wanted[w] === '_' || wanted[w] === given[g])) [w, g] = [w + 1, g + 1];
      else if (star >= 0) [w, g, retry] = [star + 1, retry + 1, retry + 1];
      else return false;
    }
    while (wanted[w] === '%') w += 1;
    return w === wanted.length;
  };
}

function compileCall<R extends Row>(name: ScalarName, of: readonly Expr[], inner: (part: Expr) => Evaluation<R>): Evaluation<R> {
  const [first, second] = of as readonly [Expr, Expr | undefined];
  const given = inner(first);
  switch (name) {
    case 'lower':
      return (row) => withText(given(row), (text) => text.toLowerCase());
    case 'upper':
      return (row) => withText(given(row), (text) => text.toUpperCase());
    case 'length':
      return (row) => withText(given(row), (text) => Array.from(text).length);
    case 'abs':
      return (row) => withNumber(given(row), Math.abs);
    case 'ceil':
      return (row) => withNumber(given(row), Math.ceil);
    case 'floor':
      return (row) => withNumber(given(row), Math.floor);
    case 'round': {
      const factor = 10 ** (second === undefined ? 0 : wholeNumber(second));
      return (row) => withNumber(given(row), (number) => Math.round(number * factor) / factor);
    }
    case 'coalesce': {
      const all = of.map(inner);
      return (row) => {
        for (const one of all) {
          const value = one(row);
          if (value !== null) return value;
        }
        return null;
      };
    }
    case 'date_trunc':
    case 'time_bucket': {
      const step = stepOf(name, first);
      const time: Evaluation<R> = second === undefined ? (row) => row.field(TIME) : inner(second);
      return (row) => withNumber(time(row), (number) => Math.floor(number / step) * step);
    }
    default:
      return name satisfies never;
  }
}

/** Milliseconds since the epoch. */
export const TIME = '__time__';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FIELDS: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function stepOf(name: 'date_trunc' | 'time_bucket', expr: Expr): number {
  const text = expr.kind === 'literal' && typeof expr.value === 'string' ? expr.value : '';
  if (name === 'date_trunc') {
    const step = Object.hasOwn(FIELDS, text) ? FIELDS[text] : undefined;
    if (step === undefined) throw analysisError("date_trunc takes 'second', 'minute', 'hour' or 'day' first", expr.at);
    return step;
  }
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw analysisError("time_bucket takes a text such as '30s', '5m', '1h' or '1d' first", expr.at);
  return Number(count) * UNITS[unit]!;
}

function wholeNumber(expr: Expr): number {
  if (expr.kind !== 'literal' || typeof expr.value !== 'number' || !Number.isInteger(expr.value) || expr.value > 10) throw analysisError('round takes a number of digits from 0 to 10', expr.at);
  return expr.value;
}
