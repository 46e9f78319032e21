import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { DecideActionsRequest, DecideActionsResponse } from '@windlass/contracts/iam/v1/service_authorization_service';
import { WindlassError } from '@windlass/errors';
import { DecideActions, type ActingHolder } from './allowed-actions.js';

/** Internal, for services that act for somebody on another service. */
@Controller()
export class ServiceAuthorizationController {
  constructor(private readonly queries: QueryBus) {}

  @GrpcMethod('ServiceAuthorizationService', 'decideActions')
  async decideActions(request: DecideActionsRequest): Promise<DecideActionsResponse> {
    const decided = await this.queries.execute(new DecideActions(holderOf(request), request.project_id, request.actions));
    return {
      agency_state: decided.agencyState,
      agency_id: decided.agencyId,
      agency_name: decided.agencyName,
      domain_name: decided.domainName,
      project_name: decided.projectName,
      decisions: decided.decisions.map(({ action, resource, allowed, allEnterpriseProjects, enterpriseProjectIds }) => ({
        ...{ action, resource, allowed },
        all_enterprise_projects: allEnterpriseProjects,
        enterprise_project_ids: [...enterpriseProjectIds],
      })),
    };
  }
}

function holderOf({ domain_id: domainId, user_id, agency_id, agency_name, service }: DecideActionsRequest): ActingHolder {
  const named = [user_id, agency_id, agency_name].filter((text) => text !== '');
  if (named.length !== 1) throw new WindlassError({ kind: 'invalid', reason: 'SUBJECT_INVALID', code: 'IAM.0073', message: 'Name a user_id, an agency_id or an agency_name.' });
  if (user_id !== '') return { domainId, type: 'user', id: user_id };
  if (agency_id !== '') return { domainId, type: 'agency', id: agency_id };
  return { domainId, type: 'agency_of_service', name: agency_name, service };
}
