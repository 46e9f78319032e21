import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  ListEnterpriseProjectsForGroupRequest,
  ListEnterpriseProjectsForSubjectResponse,
  ListEnterpriseProjectsForUserRequest,
  ListGroupsForEnterpriseProjectResponse,
  ListSubjectsForEnterpriseProjectRequest,
  ListUsersForEnterpriseProjectResponse,
} from '@windlass/contracts/iam/v1/grant_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { group, user } from './grant-calls.js';
import type { GrantSubject } from './grant.js';
import { ListEnterpriseProjectsOf, ListGroupsInEnterpriseProject, ListUsersInEnterpriseProject } from './in-enterprise-projects.js';

/** Who has anything in an enterprise project, and where somebody has anything. */
@Controller()
export class InEnterpriseProjectsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('GrantService', 'listGroupsForEnterpriseProject')
  async listGroupsForEnterpriseProject(request: ListSubjectsForEnterpriseProjectRequest, metadata: Metadata): Promise<ListGroupsForEnterpriseProjectResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const rows = await this.queries.execute(new ListGroupsInEnterpriseProject(domainId, request.enterprise_project_id));
    return { groups: rows.map(({ groupId: id, name, description, createdAt }) => ({ id, name, description, domainId, createTime: createdAt.getTime() })) };
  }

  @GrpcMethod('GrantService', 'listUsersForEnterpriseProject')
  async listUsersForEnterpriseProject(request: ListSubjectsForEnterpriseProjectRequest, metadata: Metadata): Promise<ListUsersForEnterpriseProjectResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const found = await this.queries.execute(new ListUsersInEnterpriseProject(domainId, request.enterprise_project_id));
    const users = found.map(({ user: { userId, name, description, status }, roles, newestAt }) => ({
      id: userId,
      name,
      domain_id: domainId,
      description,
      enabled: status === 'enabled',
      policy_num: roles,
      lastest_policy_time: newestAt.getTime(),
    }));
    return { users };
  }

  @GrpcMethod('GrantService', 'listEnterpriseProjectsForGroup')
  listEnterpriseProjectsForGroup(request: ListEnterpriseProjectsForGroupRequest, metadata: Metadata): Promise<ListEnterpriseProjectsForSubjectResponse> {
    return this.enterpriseProjectsOf(group(request.group_id), metadata);
  }

  @GrpcMethod('GrantService', 'listEnterpriseProjectsForUser')
  listEnterpriseProjectsForUser(request: ListEnterpriseProjectsForUserRequest, metadata: Metadata): Promise<ListEnterpriseProjectsForSubjectResponse> {
    return this.enterpriseProjectsOf(user(request.user_id), metadata);
  }

  private async enterpriseProjectsOf(subject: GrantSubject, metadata: Metadata): Promise<ListEnterpriseProjectsForSubjectResponse> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const ids = await this.queries.execute(new ListEnterpriseProjectsOf(domainId, subject));
    return { enterprise_projects: ids.map((projectId) => ({ projectId })) };
  }
}
