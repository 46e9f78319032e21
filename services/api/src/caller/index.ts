export { admit } from './admit.js';
export { Authenticator } from './authenticator.js';
export { authorize, type Decision } from './authorize.js';
export { readCredential } from './credential.js';
