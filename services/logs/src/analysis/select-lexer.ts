import { analysisError } from './analysis.errors.js';

/** `word` texts keep their case; `name` is a field in double quotation marks. */
export type Lexeme =
  | { readonly kind: 'word' | 'name' | 'text' | 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const BLANK = /[ \t\r\n]+/y;
const NUMBER = /\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?(?![\p{L}\p{N}_])/uy;
// Joints as in names of JSON fields and labels; one with others stands in double quotation marks.
const WORD = /[\p{L}_@][\p{L}\p{N}_@]*(?:\.[\p{L}\p{N}_@]+)*/uy;
const TEXT = /'((?:[^']|'')*)'/y;
const NAME = /"((?:[^"]|"")+)"/y;
const SYMBOL = /<=|>=|<>|!=|[=<>()+*/%,-]/y;

/** Cuts a SELECT into lexemes, the last of which is "end". `before` says how many characters stand before it in the query. */
export function lexSelect(source: string, before: number): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(source);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  while (position < source.length) {
    if (take(BLANK) !== null) continue;
    const at = before + position + 1;
    const number = take(NUMBER);
    if (number !== null) {
      lexemes.push({ kind: 'number', value: Number(number[0]), at });
      continue;
    }
    const text = take(TEXT);
    if (text !== null) {
      lexemes.push({ kind: 'text', text: (text[1] ?? '').replaceAll("''", "'"), at });
      continue;
    }
    const name = take(NAME);
    if (name !== null) {
      lexemes.push({ kind: 'name', text: (name[1] ?? '').replaceAll('""', '"'), at });
      continue;
    }
    const word = take(WORD);
    const symbol = word ?? take(SYMBOL);
    if (symbol === null) throw analysisError(unknown(source[position] ?? ''), at);
    lexemes.push({ kind: word === null ? 'symbol' : 'word', text: symbol[0], at });
  }
  lexemes.push({ kind: 'end', at: before + source.length + 1 });
  return lexemes;
}

function unknown(character: string): string {
  switch (character) {
    case "'":
      return 'a text is not closed; a quotation mark inside it is written twice';
    case '"':
      return 'the name of a field is not closed, or empty';
    default:
      return `${JSON.stringify(character)} was not expected; texts stand in single quotation marks, and names of fields in double ones where they need them`;
  }
}
