/** A parsed search expression. Words, phrases and patterns are lower-case tokens already; field names keep their case. */
export type Expression =
  | { readonly kind: 'all'; readonly of: readonly Expression[] }
  | { readonly kind: 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | Term;

/** `field` names a label, or is CONTENT: the text of the line itself. */
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
  | { readonly kind: 'empty' };

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
      return expression.field === CONTENT && expression.match.kind !== 'present' && expression.match.kind !== 'empty'
        ? printMatch(expression.match)
        : `${quote(expression.field)}:${printMatch(expression.match)}`;
    default:
      return expression satisfies never;
  }
}

function isGroup(expression: Expression): boolean {
  return expression.kind === 'all' || expression.kind === 'any';
}

function printMatch(match: Match): string {
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
