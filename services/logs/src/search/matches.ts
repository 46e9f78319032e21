import { CONTENT, type Expression, type Match, type Term, type WordMatch } from './expression.js';
import { jsonField, jsonObject, textOfValue } from './json-fields.js';
import { tokensOf } from './tokens.js';

export interface SearchableLine {
  readonly content: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a line fits an expression: the meaning of the search language, which every LogStore must agree with. */
export function matches(expression: Expression, line: SearchableLine): boolean {
  switch (expression.kind) {
    case 'all':
      return expression.of.every((part) => matches(part, line));
    case 'any':
      return expression.of.some((part) => matches(part, line));
    case 'not':
      return !matches(expression.of, line);
    case 'term':
      return termMatches(expression, line);
    default:
      return expression satisfies never;
  }
}

function termMatches({ field, match }: Term, line: SearchableLine): boolean {
  const text = textOfField(field, line);
  return text !== undefined && textMatches(match, text);
}

/** A label goes before a field of the same name. */
function textOfField(field: string, { content, labels }: SearchableLine): string | undefined {
  if (field === CONTENT) return content;
  if (Object.hasOwn(labels, field)) return labels[field];
  const object = jsonObject(content);
  const value = object && jsonField(object, field);
  return value === undefined ? undefined : textOfValue(value);
}

/** Whether the text of a field that is there fits. */
export function textMatches(match: Match, text: string): boolean {
  switch (match.kind) {
    case 'present':
      return true;
    case 'empty':
      return text === '';
    case 'range':
      return inRange(match, text);
    default:
      return wordsMatching(match, tokensOf(text)).size > 0;
  }
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function inRange({ low, high }: Extract<Match, { kind: 'range' }>, text: string): boolean {
  if (!NUMBER.test(text)) return false;
  const value = Number(text);
  return (low.included ? value >= low.value : value > low.value) && (high.included ? value <= high.value : value < high.value);
}

/** Which words of a line, by their place in it, a word, phrase or pattern is found at. */
export function wordsMatching(match: WordMatch, tokens: readonly string[]): Set<number> {
  const found = new Set<number>();
  tokens.forEach((token, place) => {
    switch (match.kind) {
      case 'word':
        if (token === match.token) found.add(place);
        return;
      case 'wildcard':
        if (fitsPattern(match.pattern, token)) found.add(place);
        return;
      case 'phrase':
        if (match.tokens.every((word, offset) => tokens[place + offset] === word)) match.tokens.forEach((_, offset) => found.add(place + offset));
        return;
      default:
        match satisfies never;
    }
  });
  return found;
}

/** Linear in the word for each star, so no pattern can make a search of a long word explode. */
export function fitsPattern(pattern: string, word: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(word);
  let p = 0;
  let g = 0;
  let star = -1;
  let afterStar = 0;
  while (g < given.length) {
    if (wanted[p] === '*') {
      star = p++;
      afterStar = g;
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[g])) {
      p += 1;
      g += 1;
    } else if (star >= 0) {
      p = star + 1;
      g = ++afterStar;
    } else {
      return false;
    }
  }
  while (wanted[p] === '*') p += 1;
  return p === wanted.length;
}
