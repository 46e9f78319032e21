export { isKeyStream, key, keyStream } from './key.decider.js';
export { invalidKeyId, keyDisabled } from './key.errors.js';
export { KeyRow, KeyTable } from './key-table.js';
export { KeyMaterial } from './key-material.js';
export { CreateKey, CreateKeyHandler } from './create-key.js';
export { ChangeKeyState, ChangeKeyStateHandler } from './change-key-state.js';
export { readListing } from './list-keys.js';
