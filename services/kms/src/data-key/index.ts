export { CreateDataKey, CreateDataKeyHandler } from './create-data-key.js';
export { DecryptDataKey, DecryptDataKeyHandler } from './decrypt-data-key.js';
