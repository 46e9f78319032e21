export { CreateDataKey, CreateDataKeyHandler } from './create-data-key.js';
export { DecryptDataKey, DecryptDataKeyHandler } from './decrypt-data-key.js';
export { EncryptDataKey, EncryptDataKeyHandler } from './encrypt-data-key.js';
export { bytesOfBits, dataKeyBytes, ownDataKey } from './data-key-request.js';
