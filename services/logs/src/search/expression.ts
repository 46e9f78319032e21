/** A parsed search expression. Words, phrases and patterns are lower-case tokens already; field names keep their case. */
export type Expression =
  | { readonly kind: 'all'; readonly of: readonly Expression[] }
  | { readonly kind: 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | Term;

/** `field` names a label or a field of a line that is JSON, or is CONTENT: the text of the line itself. */
export interface Term {
  readonly kind: 'term';
  readonly field: string;
  readonly match: Match;
}

export type Match =
  | { readonly kind: 'word'; readonly token: string }
  /** The words one after another. */
  | { readonly kind: 'phrase'; readonly tokens: readonly string[] }
  /** One word; `*` stands for any run of characters, `?` for one. */
  | { readonly kind: 'wildcard'; readonly pattern: string }
  | { readonly kind: 'present' }
  | { readonly kind: 'empty' }
  /** A number between two others; a bound that is infinite bounds nothing. */
  | { readonly kind: 'range'; readonly low: Bound; readonly high: Bound };

export interface Bound {
  readonly value: number;
  /** Whether the bound itself is within. */
  readonly included: boolean;
}

/** Matches that look at the words of a text. */
export type WordMatch = Extract<Match, { kind: 'word' | 'phrase' | 'wildcard' }>;

export const CONTENT = 'content';

export function term(field: string, match: Match): Term {
  return { kind: 'term', field, match };
}

export function all(parts: readonly Expression[]): Expression {
  return combine('all', parts);
}

export function any(parts: readonly Expression[]): Expression {
  return combine('any', parts);
}

export function not(of: Expression): Expression {
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

function combine(kind: 'all' | 'any', parts: readonly Expression[]): Expression {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind, of };
}

/** The expression in the search language, in a form that parses to the same expression. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case 'all':
      return expression.of.map((part) => (part.kind === 'any' ? `(${print(part)})` : print(part))).join(' and ');
    case 'any':
      return expression.of.map(print).join(' or ');
    case 'not':
      return `not ${isGroup(expression.of) ? `(${print(expression.of)})` : print(expression.of)}`;
    case 'term':
      return printTerm(expression);
    default:
      return expression satisfies never;
  }
}

function isGroup(expression: Expression): boolean {
  return expression.kind === 'all' || expression.kind === 'any';
}

function printTerm({ field, match }: Term): string {
  switch (match.kind) {
    case 'range':
      return printRange(quote(field), match.low, match.high);
    case 'present':
    case 'empty':
      return `${quote(field)}:${printMatch(match)}`;
    default:
      return field === CONTENT ? printMatch(match) : `${quote(field)}:${printMatch(match)}`;
  }
}

function printRange(field: string, low: Bound, high: Bound): string {
  if (low.value === -Infinity) return `${field} ${high.included ? '<=' : '<'} ${high.value}`;
  if (high.value === Infinity) return `${field} ${low.included ? '>=' : '>'} ${low.value}`;
  return `${field} in ${low.included ? '[' : '('}${low.value} ${high.value}${high.included ? ']' : ')'}`;
}

function printMatch(match: Exclude<Match, { kind: 'range' }>): string {
  switch (match.kind) {
    case 'word':
      return quote(match.token);
    case 'phrase':
      return `#${quote(match.tokens.join(' '))}`;
    case 'wildcard':
      return match.pattern;
    case 'present':
      return '*';
    case 'empty':
      return '""';
    default:
      return match satisfies never;
  }
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
