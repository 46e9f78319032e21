import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { isAccountAdministrator, isPlatformOperator } from '@windlass/principal';
import type { OperationAccess } from '../operation/index.js';

/** What an operation asks of its caller, with the resource filled in from the request. */
export interface AccessRequest {
  readonly access: OperationAccess;
  readonly action: string;
  readonly resource: string;
  /** Project the request acts in; empty for operations outside projects. */
  readonly projectId: string;
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'FOREIGN_PROJECT' | 'ACTION_DENIED'; readonly message: string };

/**
 * May this principal do that? A credential acts in its own project only, and there an administrator of the account may
 * do everything; a user without that role may do nothing.
 */
export function authorize(principal: Principal, request: AccessRequest): Decision {
  switch (request.access) {
    case 'anonymous':
    case 'authenticated':
      return { allowed: true };
    case 'project':
      if (principal.project_id === '' || principal.project_id !== request.projectId) return foreignProject(principal, request);
      if (!isAccountAdministrator(principal)) return denied(principal, request);
      return { allowed: true };
    case 'domain':
      return isAccountAdministrator(principal) ? { allowed: true } : denied(principal, request);
    case 'operator':
      return isPlatformOperator(principal) ? { allowed: true } : denied(principal, request);
    default:
      return request.access satisfies never;
  }
}

function foreignProject(principal: Principal, request: AccessRequest): Decision {
  const scope = principal.project_id === '' ? 'is not scoped to a project' : 'belongs to another project';
  return { allowed: false, reason: 'FOREIGN_PROJECT', message: `The credential ${scope}; the request names project "${request.projectId}".` };
}

function denied(principal: Principal, request: AccessRequest): Decision {
  const message = `User "${principal.user_name}" is not allowed to perform ${request.action} on ${request.resource}.`;
  return { allowed: false, reason: 'ACTION_DENIED', message };
}
