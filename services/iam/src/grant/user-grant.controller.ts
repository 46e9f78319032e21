import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  GrantResponse,
  ListGrantedRolesResponse,
  UserEnterpriseProjectGrantRequest,
  UserEnterpriseProjectGrantsRequest,
} from '@windlass/contracts/iam/v1/grant_service';
import { GrantCalls, inEnterpriseProject, user } from './grant-calls.js';

/** Grants of users themselves, which there are in enterprise projects only. */
@Controller()
export class UserGrantController {
  constructor(private readonly grants: GrantCalls) {}

  @GrpcMethod('GrantService', 'associateRoleToUserOnEnterpriseProject')
  associateRoleToUserOnEnterpriseProject(request: UserEnterpriseProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.give(metadata, inEnterpriseProject(user(request.user_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'revokeRoleFromUserOnEnterpriseProject')
  revokeRoleFromUserOnEnterpriseProject(request: UserEnterpriseProjectGrantRequest, metadata: Metadata): Promise<GrantResponse> {
    return this.grants.take(metadata, inEnterpriseProject(user(request.user_id), request), request.role_id);
  }

  @GrpcMethod('GrantService', 'listRolesForUserOnEnterpriseProject')
  listRolesForUserOnEnterpriseProject(request: UserEnterpriseProjectGrantsRequest, metadata: Metadata): Promise<ListGrantedRolesResponse> {
    return this.grants.list(metadata, inEnterpriseProject(user(request.user_id), request));
  }
}
