import type { Principal } from '@windlass/contracts/iam/v1/principal';

/** Internal name of the role that administers its own account (as IAM v3 tokens name it). */
export const ACCOUNT_ADMINISTRATOR = 'te_admin';
/** Internal name of the role that operates the platform: quotas, suspension. */
export const PLATFORM_OPERATOR = 'op_admin';

export function isAccountAdministrator(principal: Pick<Principal, 'roles'>): boolean {
  return principal.roles.includes(ACCOUNT_ADMINISTRATOR);
}

export function isPlatformOperator(principal: Pick<Principal, 'roles'>): boolean {
  return principal.roles.includes(PLATFORM_OPERATOR);
}
