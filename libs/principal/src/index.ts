export { eventCauseOf, type EventCause } from './event-cause.js';
export { PrincipalSigner, PrincipalVerifier, sourceAddressOf, type CallContext, type SignedRequest } from './signed-principal.js';
export { reachesEnterpriseProject } from './enterprise-projects.js';
export { isAccountAdministrator, isPlatformOperator, ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR } from './roles.js';
