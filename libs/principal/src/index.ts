export { PrincipalSigner, PrincipalVerifier, type CallContext } from './signed-principal.js';
export { isAccountAdministrator, isPlatformOperator, ACCOUNT_ADMINISTRATOR, PLATFORM_OPERATOR } from './roles.js';
