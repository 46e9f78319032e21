import { CONTENT, tokensOf, type Expression, type Match, type Term } from '../search/index.js';
import type { Labels } from './chunk-writer.js';
import { hashBeginning, hashLabelKey, hashLabelWord, hashWord } from './token-hash.js';

/** What the filter of a chunk must say so that the chunk is worth reading. `always` when nothing can be said beforehand. */
export type Requirement =
  | { readonly kind: 'always' }
  | { readonly kind: 'word'; readonly hash: number }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Requirement[] };

const ALWAYS: Requirement = { kind: 'always' };

/** Chunks that do not meet the requirement hold no line with these labels that fits the expression. */
export function requiredWords(labels: Labels, expression: Expression | undefined): Requirement {
  const ofLabels = Object.entries(labels).flatMap(([key, value]) => tokensOf(value).map((word) => wordOf(hashLabelWord(key, word))));
  return all([...ofLabels, expression === undefined ? ALWAYS : requiredBy(expression)]);
}

function requiredBy(expression: Expression): Requirement {
  switch (expression.kind) {
    case 'all':
      return all(expression.of.map(requiredBy));
    case 'any':
      return any(expression.of.map(requiredBy));
    case 'not':
      return ALWAYS;
    case 'term':
      return expression.field === CONTENT ? all(wordsOf(expression.match).map(wordOf)) : ofField(expression);
    default:
      return expression satisfies never;
  }
}

/** Hashes of the words that a text holds in which the match is found. */
function wordsOf(match: Match, hash: (word: string) => number = hashWord): number[] {
  switch (match.kind) {
    case 'word':
      return [hash(match.token)];
    case 'phrase':
      return match.tokens.map(hash);
    case 'wildcard': {
      const beginning = hashBeginning(/^[^*?]*/.exec(match.pattern)![0]);
      return beginning === undefined ? [] : [beginning];
    }
    case 'present':
    case 'empty':
    case 'range':
      return [];
    default:
      return match satisfies never;
  }
}

/** A field is a label, or part of a line that is JSON: there its key and its words are words of the line. */
function ofField({ field, match }: Term): Requirement {
  const key = field.includes('.') ? [] : tokensOf(field).map((word) => hashWord(word));
  const inJson = all([...key, ...wordsOf(match)].map(wordOf));
  const isLabelWord = match.kind === 'word' || match.kind === 'phrase';
  const inLabel = isLabelWord ? wordsOf(match, (word) => hashLabelWord(field, word)) : [hashLabelKey(field)];
  return any([inJson, all(inLabel.map(wordOf))]);
}

function wordOf(hash: number): Requirement {
  return { kind: 'word', hash };
}

function all(parts: readonly Requirement[]): Requirement {
  const of = parts.filter(({ kind }) => kind !== 'always');
  return of.length === 0 ? ALWAYS : { kind: 'all', of };
}

function any(parts: readonly Requirement[]): Requirement {
  return parts.some(({ kind }) => kind === 'always') || parts.length === 0 ? ALWAYS : { kind: 'any', of: parts };
}
