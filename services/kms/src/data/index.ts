export { DataEncryptionController } from './data-encryption.controller.js';
export { DecryptDataHandler } from './decrypt-data.js';
export { EncryptDataHandler } from './encrypt-data.js';
