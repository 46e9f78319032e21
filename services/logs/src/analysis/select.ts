/** A parsed analysis: a SELECT over the lines that a search finds. Places count characters of the whole query from 1. */
export interface Select {
  readonly items: readonly SelectItem[];
  readonly where: Expr | undefined;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | undefined;
  readonly orderBy: readonly { readonly by: Expr; readonly descending: boolean }[];
  readonly limit: number | undefined;
}

export interface SelectItem {
  readonly of: Expr | 'all fields';
  readonly name: string;
}

/** What a field or an expression can be. Objects and lists of a line are their JSON text. */
export type Value = number | string | boolean | null;

export type Expr = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: Value }
  /** A label, a field of a line that is a JSON object, or one of `content`, `line_num` and `__time__` (milliseconds since the epoch). */
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'call'; readonly name: ScalarName; readonly of: readonly Expr[] }
  | { readonly kind: 'aggregate'; readonly aggregate: Aggregate }
  | { readonly kind: 'arithmetic'; readonly operator: ArithmeticOperator; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'like'; readonly of: Expr; readonly pattern: string }
  | { readonly kind: 'in'; readonly of: Expr; readonly among: readonly Expr[] }
  | { readonly kind: 'is null'; readonly of: Expr }
  | { readonly kind: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'not'; readonly of: Expr }
);

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Aggregate =
  | { readonly name: 'count'; readonly of: Expr | 'lines' }
  | { readonly name: 'count distinct' | 'sum' | 'avg' | 'min' | 'max'; readonly of: Expr }
  /** `share` from 0 to 1. */
  | { readonly name: 'percentile'; readonly of: Expr; readonly share: number };

/** Functions of one line, with how many arguments each takes. */
export const SCALARS = {
  lower: [1, 1],
  upper: [1, 1],
  length: [1, 1],
  abs: [1, 1],
  ceil: [1, 1],
  floor: [1, 1],
  round: [1, 2],
  coalesce: [1, 8],
  /** The start of the second, minute, hour or day (UTC) of a time. */
  date_trunc: [2, 2],
  /** The start of the step of so long ("30s", "5m", "1h", "1d") that a time lies in; of the line's own time unless given. */
  time_bucket: [1, 2],
} as const satisfies Record<string, readonly [least: number, most: number]>;

export type ScalarName = keyof typeof SCALARS;

/** Whether two expressions say the same, wherever they stand. */
export function isSameExpr(some: Expr, other: Expr): boolean {
  return textOf(some) === textOf(other);
}

function textOf(expr: Expr): string {
  return JSON.stringify(expr, (key, value: unknown) => (key === 'at' ? undefined : value));
}

/** The expressions an expression is made of. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'field':
      return [];
    case 'call':
      return expr.of;
    case 'aggregate':
      return expr.aggregate.of === 'lines' ? [] : [expr.aggregate.of];
    case 'arithmetic':
    case 'compare':
    case 'and':
    case 'or':
      return [expr.left, expr.right];
    case 'in':
      return [expr.of, ...expr.among];
    case 'like':
    case 'is null':
    case 'not':
      return [expr.of];
    default:
      return expr satisfies never;
  }
}

export function hasAggregate(expr: Expr): boolean {
  return expr.kind === 'aggregate' || partsOf(expr).some(hasAggregate);
}
