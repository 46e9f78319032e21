import type { Bound } from './expression.js';
import { searchSyntaxError } from './search.errors.js';

export type Lexeme =
  | { readonly kind: 'open' | 'close' | 'colon' | 'and' | 'or' | 'not' | 'end'; readonly at: number }
  /** `bare` text may hold wildcards and delimiters; `quoted` and `phrase` text is taken literally. */
  | { readonly kind: 'bare' | 'quoted' | 'phrase'; readonly text: string; readonly at: number }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly at: number }
  | { readonly kind: 'range'; readonly low: Bound; readonly high: Bound; readonly at: number };

export type Comparison = '>' | '>=' | '<' | '<=';

const OPERATORS = new Map<string, 'and' | 'or' | 'not'>([
  ['and', 'and'],
  ['AND', 'and'],
  ['&&', 'and'],
  ['or', 'or'],
  ['OR', 'or'],
  ['||', 'or'],
  ['not', 'not'],
  ['NOT', 'not'],
]);

const BLANK = /[ \t\r\n]+/y;
const SYMBOL = /\(|\)|:|&&|\|\||<=|>=|[=<>|]/y;
const QUOTED = /(#?)"((?:[^"\\]|\\.)*)"/sy;
// Ends before anything above: a blank, a symbol, a quote or the start of a phrase.
const BARE = /(?:(?!&&|#")[^ \t\r\n():"=<>|])+/y;
const NUMBER = '([+-]?\\d{1,30}(?:\\.\\d{1,30})?(?:[eE][+-]?\\d{1,3})?)';
const RANGE = new RegExp(`[ \\t\\r\\n]*([[(])[ \\t\\r\\n]*${NUMBER}[ \\t\\r\\n,]+${NUMBER}[ \\t\\r\\n]*([\\])])`, 'y');
const ONLY_DELIMITERS = /^[,';[\]{}@&/\\]+$/;

/** Cuts a search expression into lexemes, the last of which is "end". Throws nothing but the search language's error. */
export function lex(source: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(source);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  while (position < source.length) {
    const at = position + 1;
    if (take(BLANK) !== null) continue;
    const symbol = take(SYMBOL);
    if (symbol !== null) {
      lexemes.push(symbolLexeme(symbol[0], at));
      continue;
    }
    const quoted = take(QUOTED);
    if (quoted !== null) {
      lexemes.push({ kind: quoted[1] === '#' ? 'phrase' : 'quoted', text: unescape(quoted[2] ?? ''), at });
      continue;
    }
    const bare = take(BARE)?.[0];
    if (bare === undefined) throw searchSyntaxError('a quotation mark is not closed; write \\" for one inside quoted text', at);
    const operator = OPERATORS.get(bare);
    if (operator !== undefined) lexemes.push({ kind: operator, at });
    else if (bare === 'in' && OPENS_RANGE.test(source.slice(position, position + 64))) lexemes.push(rangeLexeme(take(RANGE), at));
    // Delimiters cannot be searched for: alone they say as much as a blank.
    else if (!ONLY_DELIMITERS.test(bare)) lexemes.push({ kind: 'bare', text: bare, at });
  }
  lexemes.push({ kind: 'end', at: source.length + 1 });
  return lexemes;
}

const OPENS_RANGE = /^[ \t\r\n]*[[(]/;

function rangeLexeme(found: RegExpExecArray | null, at: number): Lexeme {
  if (found === null) throw searchSyntaxError('after "in" stands a range of two numbers, such as [1 5] or (1 5]; put the word in quotes to search for it', at);
  const [, opening, low, high, closing] = found;
  return { kind: 'range', low: { value: Number(low), included: opening === '[' }, high: { value: Number(high), included: closing === ']' }, at };
}

function symbolLexeme(symbol: string, at: number): Lexeme {
  switch (symbol) {
    case '(':
      return { kind: 'open', at };
    case ')':
      return { kind: 'close', at };
    // Between a field and its value both say the same.
    case ':':
    case '=':
      return { kind: 'colon', at };
    case '>':
    case '>=':
    case '<':
    case '<=':
      return { kind: 'compare', operator: symbol, at };
    case '|':
      throw searchSyntaxError('a "|" begins an analysis, which has no place here; put the character in quotes to search around it', at);
    default:
      return { kind: symbol === '&&' ? 'and' : 'or', at };
  }
}

function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
