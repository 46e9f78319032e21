import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  AgencyDomainGrantRequest,
  AgencyDomainGrantsRequest,
  AgencyEnterpriseProjectGrantsRequest,
  AgencyProjectGrantRequest,
  AgencyProjectGrantsRequest,
  GrantResponse,
  ListGrantedRolesResponse,
} from '@windlass/contracts/iam/v1/grant_service';
import { WindlassError } from '@windlass/errors';
import type { GrantKey } from './grant.js';
import { GrantCalls, agency, inAllProjects, inDomain, inEnterpriseProject, inProject } from './grant-calls.js';

/** Grants of agencies: what another account or a service may do here. */
@Controller()
export class AgencyGrantController {
  constructor(private readonly grants: GrantCalls) {}

  @GrpcMethod('GrantService', 'associateAgencyWithProjectPermission')
  associateAgencyWithProjectPermission(request: AgencyProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inProject(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'removeProjectPermissionFromAgency')
  removeProjectPermissionFromAgency(request: AgencyProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inProject(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'checkProjectPermissionForAgency')
  checkProjectPermissionForAgency(request: AgencyProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inProject(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'listProjectPermissionsForAgency')
  listProjectPermissionsForAgency(request: AgencyProjectGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inProject(agency(request.agency_id), request));
  }

  @GrpcMethod('GrantService', 'associateAgencyWithDomainPermission')
  associateAgencyWithDomainPermission(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inDomain(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'removeDomainPermissionFromAgency')
  removeDomainPermissionFromAgency(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inDomain(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'checkDomainPermissionForAgency')
  checkDomainPermissionForAgency(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inDomain(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'listDomainPermissionsForAgency')
  listDomainPermissionsForAgency(request: AgencyDomainGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inDomain(agency(request.agency_id), request));
  }

  @GrpcMethod('GrantService', 'associateAgencyWithAllProjectsPermission')
  associateAgencyWithAllProjectsPermission(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inAllProjects(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'removeAllProjectsPermissionFromAgency')
  removeAllProjectsPermissionFromAgency(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inAllProjects(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'checkAllProjectsPermissionForAgency')
  checkAllProjectsPermissionForAgency(request: AgencyDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inAllProjects(agency(request.agency_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'listAllProjectsPermissionsForAgency')
  listAllProjectsPermissionsForAgency(request: AgencyDomainGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inAllProjects(agency(request.agency_id), request));
  }

  @GrpcMethod('GrantService', 'associateRoleToAgencyOnEnterpriseProject')
  associateRoleToAgencyOnEnterpriseProject(request: AgencyEnterpriseProjectGrantsRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.giveMany(metadata, keysOf(request));
  }

  @GrpcMethod('GrantService', 'revokeRoleFromAgencyOnEnterpriseProject')
  revokeRoleFromAgencyOnEnterpriseProject(request: AgencyEnterpriseProjectGrantsRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.takeMany(metadata, keysOf(request));
  }
}

const MOST_AT_ONCE = 100;

function keysOf({ role_assignments: assignments }: AgencyEnterpriseProjectGrantsRequest): readonly GrantKey[] {
  if (assignments.length === 0 || assignments.length > MOST_AT_ONCE) {
    throw new WindlassError({
      kind: 'invalid',
      reason: 'GRANT_COUNT',
      code: 'IAM.0007',
      message: `role_assignments must be a list of 1 to ${MOST_AT_ONCE} grants.`,
    });
  }
  return assignments.map((assignment) => {
    const { subject, scope } = inEnterpriseProject(agency(assignment.agency_id), assignment);
    return { subject, scope, roleId: assignment.role_id };
  });
}
