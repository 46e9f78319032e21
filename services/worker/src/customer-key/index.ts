export { followKeys } from './follow-keys.js';
export { revoked, unstartable } from './key-outcomes.js';
export { KeyStates, type KeyNews, type KeyProblem } from './key-states.js';
