export { hashToken } from './token-value.js';
export { TokenRow } from './token.entity.js';
