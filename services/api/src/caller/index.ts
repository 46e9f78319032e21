export { Admission } from './admission.js';
export { Authenticator, type SignedRequest } from './authenticator.js';
export { readCredential } from './credential.js';
export { EffectivePolicies } from './effective-policies.js';
