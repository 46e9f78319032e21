export { CredentialCache, type CredentialLimits } from './credential-cache.js';
export type { FunctionCredentials, IssueCredentials } from './credentials.js';
export { issueCredentials } from './issue-credentials.js';
