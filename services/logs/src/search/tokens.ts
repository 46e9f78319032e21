/**
 * Words of a line, as search knows them: what stands between the default delimiters of a full-text index, lower-cased,
 * since an index ignores case unless told otherwise. Both a line and a search expression are cut by this one function.
 */

const TOKEN = /[^,'";=()[\]{}@&<>/:\\?\n\t\r ]+/g;

/** A longer word counts by its beginning: an index entry has a size limit, and nobody searches for a whole blob. */
export const TOKEN_LENGTH_LIMIT = 512;

export interface TokenSpan {
  readonly token: string;
  /** Where the word stands in the text: UTF-16 offsets, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export function tokenSpans(text: string): TokenSpan[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: word, index }) => ({ token: fold(word), start: index, end: index + word.length }));
}

export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).map(fold);
}

/** Labels as index entries "key=word". A word never contains "=", so an entry is never mistaken for another key's. */
export function labelTokensOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.keys(labels)
    .sort()
    .flatMap((key) => tokensOf(labels[key] ?? '').map((token) => labelToken(key, token)));
}

export function labelToken(key: string, token: string): string {
  return `${key}=${token}`;
}

function fold(word: string): string {
  const folded = word.toLowerCase();
  // A cut inside a surrogate pair would leave half a character.
  return folded.length <= TOKEN_LENGTH_LIMIT ? folded : folded.slice(0, TOKEN_LENGTH_LIMIT).replace(/[\uD800-\uDBFF]$/, '');
}
