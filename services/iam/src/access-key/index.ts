export { accessKey, accessKeyStream } from './access-key.decider.js';
export { AccessKeyRow, AccessKeySecretRow, AccessKeyUseRow, projectAccessKey } from './access-key.entity.js';
export { deleteAccessKeysOf } from './delete-access-keys-of.js';
export { newKeyPair, type KeyPair } from './key-pair.js';
export { recordUse } from './record-use.js';
export { SecretBox } from './secret-box.js';
