export { CONTENT, type Expression, type Match, type Term, type WordMatch } from './expression.js';
export { parse } from './parse.js';
export { fitsPattern, matches, textMatches, wordsMatching, type SearchableLine } from './matches.js';
export { highlight } from './highlight.js';
export { jsonField, jsonObject, looksLikeJson, textOfValue, textsOfFields } from './json-fields.js';
export { foldWord, isDelimiter, tokensOf } from './tokens.js';
