export { findToken, type FoundToken } from './find-token.js';
export { issueToken, type IssuedToken } from './issue-token.js';
export { accountOf, idsOf, isCaller, type TokenHolder } from './token-holder.js';
export { hashToken, newTokenValue } from './token-value.js';
export { TokenRow } from './token.entity.js';
