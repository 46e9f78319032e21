import { CONTENT, type Expression, type Term } from './expression.js';
import { labelToken } from './tokens.js';

/** Keeps a value out of the statement's text; answers the placeholder that stands for it. */
export type Bind = (value: unknown) => string;

/**
 * The expression as a condition on the columns `content`, `labels`, `content_tokens` and `label_tokens`. Always true or
 * false, never NULL, so that NOT means what it says. Must agree with `matches`.
 */
export function toSql(expression: Expression, bind: Bind): string {
  switch (expression.kind) {
    case 'all':
      return `(${expression.of.map((part) => toSql(part, bind)).join(' AND ')})`;
    case 'any':
      return `(${expression.of.map((part) => toSql(part, bind)).join(' OR ')})`;
    case 'not':
      return `NOT ${toSql(expression.of, bind)}`;
    case 'term':
      return termToSql(expression, bind);
    default:
      return expression satisfies never;
  }
}

function termToSql({ field, match }: Term, bind: Bind): string {
  const inContent = field === CONTENT;
  const tokens = inContent ? 'content_tokens' : 'label_tokens';
  const entry = (token: string): string => (inContent ? token : labelToken(field, token));
  switch (match.kind) {
    case 'present':
      return inContent ? 'TRUE' : `jsonb_exists(labels, ${bind(field)}::text)`;
    case 'empty':
      return inContent ? "(content = '')" : `(labels @> jsonb_build_object(${bind(field)}::text, ''))`;
    case 'word':
      return `(${tokens} @> ${bind([entry(match.token)])}::text[])`;
    case 'phrase': {
      const entries = match.tokens.map(entry);
      // The index finds lines with all the words; no word holds a blank, so joined by blanks they show their order.
      const inOrder = `position(${bind(` ${entries.join(' ')} `)}::text IN ' ' || array_to_string(${tokens}, ' ') || ' ') > 0`;
      return `(${tokens} @> ${bind(entries)}::text[] AND ${inOrder})`;
    }
    case 'wildcard': {
      const pattern = inContent ? likePattern(match.pattern) : escapeLike(labelToken(field, '')) + likePattern(match.pattern);
      return `EXISTS (SELECT FROM unnest(${tokens}) AS entry (word) WHERE word LIKE ${bind(pattern)}::text)`;
    }
    default:
      return match satisfies never;
  }
}

function likePattern(pattern: string): string {
  return escapeLike(pattern).replaceAll('*', '%').replaceAll('?', '_');
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
