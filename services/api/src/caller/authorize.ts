import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { describeRequest, evaluateScoped, formatResourceName, type Place, type PolicyRequest, type Reach } from '@windlass/policy-engine';
import { isAccountAdministrator, isPlatformOperator } from '@windlass/principal';
import type { OperationAccess } from '../operation/index.js';
import type { EffectivePolicy } from './effective-policies.js';

/** What an operation asks of its caller, with the resource filled in from the request. */
export interface AccessRequest {
  readonly access: OperationAccess;
  readonly action: string;
  /** `type:path` */
  readonly resource: string;
  /** Project the request acts in; empty for operations outside projects. */
  readonly projectId: string;
  /** Account the request names; empty when it names none. */
  readonly domainId: string;
}

export type Decision =
  | { readonly allowed: true; readonly enterpriseProjects: 'all' | readonly string[] }
  | { readonly allowed: false; readonly reason: 'FOREIGN_PROJECT' | 'FOREIGN_DOMAIN' | 'ACTION_DENIED'; readonly message: string; /** Set when no policy says no: what the resource itself grants may allow it yet. */ readonly grantsMayAllow?: true };

const EVERYTHING: Decision = { allowed: true, enterpriseProjects: 'all' };

/**
 * May this principal do that? A credential acts in its own project and account only. There an administrator of the account
 * may do everything; anybody else, and everybody who acts through an agency, what is granted to them.
 */
export async function authorize(principal: Principal, request: AccessRequest, policyOf: (principal: Principal) => Promise<EffectivePolicy>, now: Date): Promise<Decision> {
  switch (request.access) {
    case 'anonymous':
    case 'authenticated':
      return EVERYTHING;
    case 'operator':
      return isPlatformOperator(principal) ? EVERYTHING : denied(policyRequest(principal, request, now));
    case 'project':
      if (principal.project_id === '' || principal.project_id !== request.projectId) return foreignProject(principal, request);
      break;
    case 'domain':
      if (request.domainId !== '' && request.domainId !== principal.domain_id) return foreignDomain(request);
      break;
    default:
      return request.access satisfies never;
  }
  if (isAccountAdministrator(principal)) return EVERYTHING;
  const place: Place = request.access === 'project' ? { kind: 'project', id: request.projectId } : { kind: 'domain' };
  return byPolicy(policyRequest(principal, request, now), place, await policyOf(principal));
}

function byPolicy(request: PolicyRequest, place: Place, { statements, enterpriseProjectIds }: EffectivePolicy): Decision {
  const { decision, reason, reach } = evaluateScoped(request, place, statements);
  const enterpriseProjects = reached(reach, enterpriseProjectIds);
  const allowed = decision === 'allow' && enterpriseProjects.length > 0;
  if (allowed) return { allowed, enterpriseProjects };
  return reason === 'NO_STATEMENT_ALLOWS' ? { ...denied(request), grantsMayAllow: true } : denied(request);
}

function reached(reach: Reach, all: readonly string[]): 'all' | readonly string[] {
  switch (reach.kind) {
    case 'all':
      return 'all';
    case 'only':
      return reach.ids;
    case 'all_but':
      return all.filter((id) => !reach.ids.includes(id));
    default:
      return reach satisfies never;
  }
}

function policyRequest(principal: Principal, { access, action, resource }: AccessRequest, now: Date): PolicyRequest {
  const { domain_id: domainId, domain_name: domainName, user_id: userId, user_name: userName } = principal;
  // Global services are in no region and no project, whichever the credential is scoped to.
  const projectName = access === 'project' ? principal.project_name : '';
  return describeRequest({ action, resource, caller: { domainId, domainName, userId, userName, projectName }, now });
}

function denied({ action, resource }: PolicyRequest): Decision & { readonly allowed: false } {
  return { allowed: false, reason: 'ACTION_DENIED', message: `Policy doesn't allow ${action} to be performed on ${formatResourceName(resource)}.` };
}

function foreignProject(principal: Principal, request: AccessRequest): Decision {
  const scope = principal.project_id === '' ? 'is not scoped to a project' : 'belongs to another project';
  return { allowed: false, reason: 'FOREIGN_PROJECT', message: `The credential ${scope}; the request names project "${request.projectId}".` };
}

function foreignDomain(request: AccessRequest): Decision {
  return { allowed: false, reason: 'FOREIGN_DOMAIN', message: `The credential belongs to another account; the request names account "${request.domainId}".` };
}
