export { accessKey, accessKeyStream, isAccessKeyStream } from './access-key.decider.js';
export { AccessKeyRow, AccessKeySecretRow, projectAccessKey } from './access-key.entity.js';
export { newKeyPair, type KeyPair } from './key-pair.js';
export { SecretBox } from './secret-box.js';
