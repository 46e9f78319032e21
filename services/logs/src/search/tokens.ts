/**
 * Words of a line, as search knows them: what stands between the default delimiters of a full-text index, lower-cased,
 * since an index ignores case unless told otherwise. Both a line and a search expression are cut by this one function.
 */

const TOKEN = /[^,'";=()[\]{}@&<>/:\\?\n\t\r ]+/g;

/** A longer word counts by its beginning: an index entry has a size limit, and nobody searches for a whole blob. */
export const TOKEN_LENGTH_LIMIT = 512;

const DELIMITERS = new Set(',\'";=()[]{}@&<>/:\\?\n\t\r ');

/** Whether a character ends a word. */
export function isDelimiter(character: string): boolean {
  return DELIMITERS.has(character);
}

export interface TokenSpan {
  readonly token: string;
  /** Where the word stands in the text: UTF-16 offsets, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export function tokenSpans(text: string): TokenSpan[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: word, index }) => ({ token: foldWord(word), start: index, end: index + word.length }));
}

export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).map(foldWord);
}

/** A word as it counts: in lower case, by its first characters. */
export function foldWord(word: string): string {
  const folded = word.toLowerCase();
  // A cut inside a surrogate pair would leave half a character.
  return folded.length <= TOKEN_LENGTH_LIMIT ? folded : folded.slice(0, TOKEN_LENGTH_LIMIT).replace(/[\uD800-\uDBFF]$/, '');
}
