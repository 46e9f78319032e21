import { all, any, CONTENT, not, term, type Bound, type Expression, type Match } from './expression.js';
import { lex, type Comparison, type Lexeme } from './lexer.js';
import { searchSyntaxError } from './search.errors.js';
import { tokensOf } from './tokens.js';

const LONGEST_EXPRESSION = 4096;
const MOST_TERMS = 100;
const DEEPEST_NESTING = 32;
const LONGEST_PATTERN = 64;

/**
 * Parses the search syntax of the log service:
 *
 *     any   = all { ("or" | "OR" | "||") all }
 *     all   = one { ["and" | "AND" | "&&"] one }
 *     one   = ("not" | "NOT") one | "(" any ")" | field ( ":" | "=" ) value { value } | field comparison | value
 *     comparison = ( ">" | ">=" | "<" | "<=" ) number | "in" ( "[" | "(" ) number number ( "]" | ")" )
 *     value = word | "quoted text" | #"a phrase"
 *
 * Values that follow a field belong to it until an operator or another field. Answers undefined for an expression that
 * asks for nothing. Throws nothing but a WindlassError with code LTS.0301.
 */
export function parse(source: string): Expression | undefined {
  if (source.length > LONGEST_EXPRESSION) {
    throw searchSyntaxError(`it has ${source.length} characters, and at most ${LONGEST_EXPRESSION} are allowed`, LONGEST_EXPRESSION + 1);
  }
  const nul = source.indexOf('\0');
  if (nul >= 0) throw searchSyntaxError('it holds a NUL character', nul + 1);
  const lexemes = lex(source);
  return lexemes.length === 1 ? undefined : new Parser(lexemes).parse();
}

const NUMBER = /^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?$/;
const NO_LOW: Bound = { value: -Infinity, included: false };
const NO_HIGH: Bound = { value: Infinity, included: false };
const FOLLOWS_FIELD: ReadonlySet<string | undefined> = new Set(['colon', 'compare', 'range']);

type Text = Extract<Lexeme, { text: string }>;

class Parser {
  private position = 0;
  private terms = 0;

  constructor(private readonly lexemes: readonly Lexeme[]) {}

  parse(): Expression {
    const expression = this.any(0);
    if (this.next.kind !== 'end') throw searchSyntaxError('a closing parenthesis has no opening one', this.next.at);
    return expression;
  }

  private any(depth: number): Expression {
    const parts = [this.all(depth)];
    while (this.skip('or')) parts.push(this.all(depth));
    return any(parts);
  }

  private all(depth: number): Expression {
    const parts = [this.one(depth)];
    while (this.skip('and') || this.startsOne()) parts.push(this.one(depth));
    return all(parts);
  }

  private one(depth: number): Expression {
    let negated = false;
    while (this.skip('not')) negated = !negated;
    const expression = this.next.kind === 'open' ? this.group(depth + 1) : this.fieldOrValue();
    return negated ? not(expression) : expression;
  }

  private group(depth: number): Expression {
    const { at } = this.take();
    if (depth > DEEPEST_NESTING) throw searchSyntaxError(`parentheses nest deeper than ${DEEPEST_NESTING}`, at);
    const expression = this.any(depth);
    if (!this.skip('close')) throw searchSyntaxError('a parenthesis is not closed', at);
    return expression;
  }

  private fieldOrValue(): Expression {
    const first = this.text('a word was expected');
    const { next } = this;
    if (next.kind === 'compare') return this.comparison(first, next.operator);
    if (next.kind === 'range') {
      this.position += 1;
      return this.term(first.text, { kind: 'range', low: next.low, high: next.high }, first);
    }
    if (!this.skip('colon')) return this.value(CONTENT, first, false);
    const values = [this.value(first.text, this.fieldValue(first), true)];
    while (isText(this.next) && !FOLLOWS_FIELD.has(this.lexemes[this.position + 1]?.kind)) {
      values.push(this.value(first.text, this.text('a word was expected'), true));
    }
    return all(values);
  }

  private comparison(field: Text, operator: Comparison): Expression {
    this.position += 1;
    const { at } = this.next;
    const { text } = this.text(`the field "${field.text}" is compared with nothing`);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) throw searchSyntaxError(`"${operator}" compares with a number; for text write key:value`, at);
    const bound: Bound = { value, included: operator.endsWith('=') };
    const above = operator.startsWith('>');
    return this.term(field.text, { kind: 'range', low: above ? bound : NO_LOW, high: above ? NO_HIGH : bound }, field);
  }

  private fieldValue(field: Text): Text {
    if (FOLLOWS_FIELD.has(this.lexemes[this.position + 1]?.kind)) {
      throw searchSyntaxError('only a field name stands before a colon or a comparison; put text that holds one in quotes', field.at);
    }
    return this.text(`the field "${field.text}" has no value; "" asks for an empty one`);
  }

  /** `named` values may ask for more than words: `key:*` and `key:""`. */
  private value(field: string, value: Text, named: boolean): Expression {
    if (named && value.kind === 'bare' && value.text === '*') return this.term(field, { kind: 'present' }, value);
    if (named && value.kind === 'quoted' && value.text === '') return this.term(field, { kind: 'empty' }, value);
    switch (value.kind) {
      case 'bare':
        return all(piecesOf(value).map((piece) => this.term(field, wordOrWildcard(piece.text, piece.at), piece)));
      case 'quoted':
        return all(wordsOf(value).map((token) => this.term(field, { kind: 'word', token }, value)));
      case 'phrase': {
        const tokens = wordsOf(value);
        const [only] = tokens;
        return this.term(field, tokens.length === 1 && only !== undefined ? { kind: 'word', token: only } : { kind: 'phrase', tokens }, value);
      }
      default:
        return value.kind satisfies never;
    }
  }

  private term(field: string, match: Match, value: Text): Expression {
    this.terms += 1;
    if (this.terms > MOST_TERMS) throw searchSyntaxError(`it has more than ${MOST_TERMS} words`, value.at);
    return term(field, match);
  }

  private get next(): Lexeme {
    return this.lexemes[this.position] ?? { kind: 'end', at: 0 };
  }

  private take(): Lexeme {
    const lexeme = this.next;
    this.position += 1;
    return lexeme;
  }

  private skip(kind: Lexeme['kind']): boolean {
    if (this.next.kind !== kind) return false;
    this.position += 1;
    return true;
  }

  private text(complaint: string): Text {
    const { next } = this;
    if (!isText(next)) throw searchSyntaxError(complaint, next.at);
    this.position += 1;
    return next;
  }

  private startsOne(): boolean {
    return isText(this.next) || this.next.kind === 'not' || this.next.kind === 'open';
  }
}

function isText(lexeme: Lexeme): lexeme is Text {
  return lexeme.kind === 'bare' || lexeme.kind === 'quoted' || lexeme.kind === 'phrase';
}

// A bare word is cut like a line, but "?" is a wildcard here and no delimiter.
function piecesOf({ text, at }: Text): Text[] {
  return Array.from(text.matchAll(/[^,';[\]{}@&/\\]+/g), ({ 0: piece, index }) => ({ kind: 'bare', text: piece, at: at + index }));
}

function wordOrWildcard(piece: string, at: number): Match {
  if (!/[*?]/.test(piece)) return { kind: 'word', token: tokensOf(piece)[0] ?? '' };
  if (/^[*?]/.test(piece)) throw searchSyntaxError('* and ? stand in the middle or at the end of a word, not at its start', at);
  if (piece.length > LONGEST_PATTERN) throw searchSyntaxError(`a word with * or ? has at most ${LONGEST_PATTERN} characters`, at);
  return { kind: 'wildcard', pattern: piece.toLowerCase() };
}

function wordsOf(value: Text): string[] {
  const tokens = tokensOf(value.text);
  if (tokens.length === 0) throw searchSyntaxError('the quoted text holds no word; delimiters cannot be searched for', value.at);
  return tokens;
}
