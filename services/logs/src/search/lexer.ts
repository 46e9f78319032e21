import { searchSyntaxError } from './search.errors.js';

export type Lexeme =
  | { readonly kind: 'open' | 'close' | 'colon' | 'and' | 'or' | 'not' | 'end'; readonly at: number }
  /** `bare` text may hold wildcards and delimiters; `quoted` and `phrase` text is taken literally. */
  | { readonly kind: 'bare' | 'quoted' | 'phrase'; readonly text: string; readonly at: number };

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
      lexemes.push({ kind: symbolKind(symbol[0], at), at });
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
    else if (bare === 'in' && /^[ \t\r\n]*[[(]/.test(source.slice(position, position + 64))) throw comparison('in', at);
    // Delimiters cannot be searched for: alone they say as much as a blank.
    else if (!ONLY_DELIMITERS.test(bare)) lexemes.push({ kind: 'bare', text: bare, at });
  }
  lexemes.push({ kind: 'end', at: source.length + 1 });
  return lexemes;
}

function symbolKind(symbol: string, at: number): 'open' | 'close' | 'colon' | 'and' | 'or' | 'not' {
  switch (symbol) {
    case '(':
      return 'open';
    case ')':
      return 'close';
    case ':':
      return 'colon';
    case '|':
      throw searchSyntaxError('analysis with "|" is not available; put the character in quotes to search around it', at);
    default: {
      const operator = OPERATORS.get(symbol);
      if (operator === undefined) throw comparison(symbol, at);
      return operator;
    }
  }
}

function comparison(operator: string, at: number): Error {
  return searchSyntaxError(`"${operator}" compares number fields, and labels are text: write key:value, or put the text in quotes`, at);
}

function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
