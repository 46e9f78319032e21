import type { Message } from '@bufbuild/protobuf';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { edgeError } from '../error/index.js';
import type { Operation } from '../operation/index.js';
import { authorize } from './authorize.js';
import type { EffectivePolicies } from './effective-policies.js';
import { resourceOf, textOf } from './resource.js';

const FAILURE = { FOREIGN_PROJECT: 'foreign_project', FOREIGN_DOMAIN: 'foreign_domain', ACTION_DENIED: 'forbidden' } as const;

/** Lets a call through to its service, or not: the one way for REST and gRPC. */
export class Admission {
  constructor(private readonly policies: Pick<EffectivePolicies, 'of'>) {}

  /**
   * The principal as the service is to see it: with the enterprise projects this call may reach. Refuses a caller who may
   * not perform this operation with this request as "forbidden", naming action and resource. Where the resource itself may grant
   * what no policy allows, its service refuses, in these words.
   */
  async admit(principal: Principal, operation: Operation, request: Message): Promise<Principal> {
    const asked = {
      access: operation.access,
      action: operation.action,
      resource: resourceOf(operation, request),
      projectId: textOf(operation, request, 'project_id'),
      domainId: textOf(operation, request, 'domain_id'),
    };
    const decision = await authorize(principal, asked, (caller) => this.policies.of(caller), new Date());
    if (!decision.allowed && decision.grantsMayAllow && operation.grantable) {
      return { ...principal, all_enterprise_projects: false, enterprise_project_ids: [], without_permission: decision.message };
    }
    if (!decision.allowed) throw edgeError(operation, FAILURE[decision.reason], decision.reason, decision.message);
    const { enterpriseProjects } = decision;
    return enterpriseProjects === 'all'
      ? { ...principal, all_enterprise_projects: true, enterprise_project_ids: [], without_permission: '' }
      : { ...principal, all_enterprise_projects: false, enterprise_project_ids: [...enterpriseProjects], without_permission: '' };
  }
}
