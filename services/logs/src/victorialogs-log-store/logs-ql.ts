import type { LineFilter } from '../lines/index.js';
import { CONTENT, type Expression, type Match, type Term } from '../search/index.js';
import { KEPT, STREAM_FIELD, timeOfNumber } from './stored-line.js';

// Words are cut at their 512th character, and the cut word stands in no text as a whole.
const LONGEST_WORD = 500;
const ASCII = /^[\0-\x7f]+$/;
const WHATEVER = '*';

/** A filter of LogsQL that finds the wanted lines; others too, unless `isExact`. */
export interface LogsQl {
  readonly text: string;
  readonly isExact: boolean;
}

/**
 * What LogsQL can say of a search. Its words are shorter than ours, since more characters end them, but they end wherever ours do: so a
 * word of ours is found as a phrase, together with lines in which it is only a part of one.
 */
export function logsQl({ streamId, from, to, labels, expression }: LineFilter): LogsQl {
  const wanted = Object.entries(labels).map(([key, value]) => `labels:${quoted(`${JSON.stringify(key)}:${JSON.stringify(value)}`)}`);
  const words = expression === undefined ? WHATEVER : wordsOf(expression);
  const parts = [streamFilter([streamId]), `_time:[${timeOfNumber(from)}, ${timeOfNumber(to)}]`, KEPT, ...wanted, ...(words === WHATEVER ? [] : [words])];
  return { text: parts.join(' '), isExact: expression === undefined };
}

export function streamFilter(streamIds: readonly string[]): string {
  return `{${STREAM_FIELD} in (${streamIds.map(quoted).join(', ')})}`;
}

function wordsOf(expression: Expression): string {
  switch (expression.kind) {
    case 'all':
      return all(expression.of.map(wordsOf));
    case 'any':
      return any(expression.of.map(wordsOf));
    case 'not':
      return WHATEVER;
    case 'term':
      return termOf(expression);
    default:
      return expression satisfies never;
  }
}

function termOf({ field, match }: Term): string {
  const inText = all(patternsOf(match).map((pattern) => `(words:${pattern} or _msg:${pattern})`));
  if (inText === WHATEVER) return WHATEVER;
  const found = field === CONTENT ? [inText] : [inText, all(patternsOf(match).map((pattern) => `labels:i(${pattern})`))];
  return any([...found, 'unindexed:="1"']);
}

/** Phrases and beginnings that a text holds in which the match is found. */
function patternsOf(match: Match): string[] {
  switch (match.kind) {
    case 'word':
      return isUsable(match.token) ? [quoted(match.token)] : [];
    case 'phrase':
      return match.tokens.filter(isUsable).map(quoted);
    case 'wildcard': {
      const beginning = /^[^*?]*/.exec(match.pattern)![0];
      return isUsable(beginning) ? [`${quoted(beginning)}*`] : [];
    }
    case 'present':
    case 'empty':
    case 'range':
      return [];
    default:
      return match satisfies never;
  }
}

function isUsable(word: string): boolean {
  return word.length <= LONGEST_WORD && ASCII.test(word);
}

function all(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== WHATEVER);
  return said.length === 0 ? WHATEVER : said.length === 1 ? said[0]! : `(${said.join(' ')})`;
}

function any(parts: readonly string[]): string {
  return parts.includes(WHATEVER) || parts.length === 0 ? WHATEVER : `(${parts.join(' or ')})`;
}

/** As a string of LogsQL, whose escapes are those of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
