export { endOfLife, requireLife } from './credential-life.js';
export { CredentialIssuer, type IssuedCredential } from './issue-credential.js';
export { TemporaryCredentialRow } from './temporary-credential.entity.js';
