import type { Principal } from '@windlass/contracts/iam/v1/principal';

/** Internal name of the role that administers its own account (as IAM v3 tokens name it). */
export const ACCOUNT_ADMINISTRATOR = 'te_admin';
/** Internal name of the role that operates the platform: quotas, suspension. */
export const PLATFORM_OPERATOR = 'op_admin';

export function isAccountAdministrator(principal: Principal): boolean {
  return actsWith(principal, ACCOUNT_ADMINISTRATOR);
}

export function isPlatformOperator(principal: Principal): boolean {
  return actsWith(principal, PLATFORM_OPERATOR);
}

/** Roles are of the user: who acts through an agency has the agency's grants and nothing else. */
function actsWith({ roles, agency_id: agencyId }: Principal, role: string): boolean {
  return agencyId === '' && roles.includes(role);
}
