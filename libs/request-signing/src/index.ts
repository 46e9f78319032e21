export { parseAuthorization, type AuthorizationProblem, type ParsedAuthorization, type SignedAuthorization } from './authorization-header.js';
export { canonicalRequest, stringToSign, ALGORITHM, EMPTY_BODY_SHA256, type CanonicalParts, type PathForm } from './canonical-request.js';
export type { HeaderField } from './header-field.js';
export { sign, type RequestToSign, type SigningKey } from './sign-request.js';
export { verify, MAX_SKEW_MILLISECONDS, type ReceivedRequest, type Verification, type VerificationProblem } from './verify-request.js';
