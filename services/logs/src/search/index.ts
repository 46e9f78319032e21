export type { Expression } from './expression.js';
export { parse } from './parse.js';
export { matches, type SearchableLine } from './matches.js';
export { highlight } from './highlight.js';
export { toSql, type Bind } from './to-sql.js';
export { labelToken, labelTokensOf, tokensOf } from './tokens.js';
