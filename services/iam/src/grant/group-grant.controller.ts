import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  GrantResponse,
  GroupDomainGrantRequest,
  GroupDomainGrantsRequest,
  GroupEnterpriseProjectGrantRequest,
  GroupEnterpriseProjectGrantsRequest,
  GroupProjectGrantRequest,
  GroupProjectGrantsRequest,
  ListGrantedRolesResponse,
} from '@windlass/contracts/iam/v1/grant_service';
import { GrantCalls, group, inAllProjects, inDomain, inEnterpriseProject, inProject } from './grant-calls.js';

/** Grants of groups, through which users get what they may do. */
@Controller()
export class GroupGrantController {
  constructor(private readonly grants: GrantCalls) {}

  @GrpcMethod('GrantService', 'keystoneAssociateGroupWithProjectPermission')
  keystoneAssociateGroupWithProjectPermission(request: GroupProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inProject(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneRemoveProjectPermissionFromGroup')
  keystoneRemoveProjectPermissionFromGroup(request: GroupProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inProject(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneCheckProjectPermissionForGroup')
  keystoneCheckProjectPermissionForGroup(request: GroupProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inProject(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneListProjectPermissionsForGroup')
  keystoneListProjectPermissionsForGroup(request: GroupProjectGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inProject(group(request.group_id), request));
  }

  @GrpcMethod('GrantService', 'keystoneAssociateGroupWithDomainPermission')
  keystoneAssociateGroupWithDomainPermission(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inDomain(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneRemoveDomainPermissionFromGroup')
  keystoneRemoveDomainPermissionFromGroup(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inDomain(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneCheckDomainPermissionForGroup')
  keystoneCheckDomainPermissionForGroup(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inDomain(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneListDomainPermissionsForGroup')
  keystoneListDomainPermissionsForGroup(request: GroupDomainGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inDomain(group(request.group_id), request));
  }

  @GrpcMethod('GrantService', 'updateDomainGroupInheritRole')
  updateDomainGroupInheritRole(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inAllProjects(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'deleteDomainGroupInheritedRole')
  deleteDomainGroupInheritedRole(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inAllProjects(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneCheckroleForGroup')
  keystoneCheckroleForGroup(request: GroupDomainGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.check(metadata, inAllProjects(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'keystoneListAllProjectPermissionsForGroup')
  keystoneListAllProjectPermissionsForGroup(request: GroupDomainGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inAllProjects(group(request.group_id), request));
  }

  @GrpcMethod('GrantService', 'associateRoleToGroupOnEnterpriseProject')
  associateRoleToGroupOnEnterpriseProject(request: GroupEnterpriseProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inEnterpriseProject(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'revokeRoleFromGroupOnEnterpriseProject')
  revokeRoleFromGroupOnEnterpriseProject(request: GroupEnterpriseProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inEnterpriseProject(group(request.group_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'listRolesForGroupOnEnterpriseProject')
  listRolesForGroupOnEnterpriseProject(request: GroupEnterpriseProjectGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inEnterpriseProject(group(request.group_id), request));
  }
}
