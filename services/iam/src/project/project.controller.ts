import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  KeystoneCreateProjectRequest,
  KeystoneCreateProjectResponse,
  KeystoneDeleteProjectRequest,
  KeystoneDeleteProjectResponse,
  KeystoneListProjectsForUserRequest,
  KeystoneShowProjectRequest,
  KeystoneShowProjectResponse,
  KeystoneUpdateProjectRequest,
  KeystoneUpdateProjectResponse,
  ListAuthDomainsRequest,
  ListAuthDomainsResponse,
  ListProjectsRequest,
  ListProjectsResponse,
  Project,
  ShowProjectDetailsAndStatusRequest,
  ShowProjectDetailsAndStatusResponse,
} from '@windlass/contracts/iam/v1/project_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, requireOwnDomain, type Caller } from '../caller.js';
import { requirePage, type Page } from '../page.js';
import { Permissions } from '../permissions.js';
import { requireMember } from '../require-member.js';
import { PUBLIC_API_URL } from '../settings.js';
import { findUser } from '../user/index.js';
import { ChangeProject } from './change-project.js';
import { CreateSubproject } from './create-subproject.js';
import { DeleteProject } from './delete-project.js';
import { findProject } from './find-project.js';
import { ListProjects, type ProjectFilter } from './list-projects.js';
import type { ProjectRow } from './project.entity.js';

const MOST_ON_A_PAGE = 5000;
const EVERYTHING: ProjectFilter = { name: '', domainId: '', parentId: '' };

@Controller()
export class ProjectController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    private readonly permissions: Permissions,
    private readonly dataSource: DataSource,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  @GrpcMethod('ProjectService', 'listProjects')
  listProjects(request: ListProjectsRequest, metadata: Metadata): Promise<ListProjectsResponse> {
    return this.filtered(request, metadata, '/v3/projects');
  }

  @GrpcMethod('ProjectService', 'listAuthProjects')
  listAuthProjects(request: ListProjectsRequest, metadata: Metadata): Promise<ListProjectsResponse> {
    return this.filtered(request, metadata, '/v3/auth/projects');
  }

  @GrpcMethod('ProjectService', 'keystoneListProjectsForUser')
  async keystoneListProjectsForUser({ user_id: userId }: KeystoneListProjectsForUserRequest, metadata: Metadata): Promise<ListProjectsResponse> {
    const caller = this.caller(metadata);
    await this.permissions.requireOwnOr(caller, userId, { action: 'iam:projects:listProjectsForUser', resource: `user/${userId}` });
    await findUser(this.dataSource.manager, caller.domainId, userId);
    return this.list(caller, EVERYTHING, requirePage(undefined, undefined, MOST_ON_A_PAGE), `/v3/users/${userId}/projects`);
  }

  @GrpcMethod('ProjectService', 'listAuthDomains')
  listAuthDomains(_request: ListAuthDomainsRequest, metadata: Metadata): ListAuthDomainsResponse {
    const { domain_id: id, domain_name: name } = this.callers.read(metadata).principal;
    const domain = { id, name, enabled: true, description: '', links: { self: `${this.publicApiUrl}/v3/domains/${id}` } };
    return { domains: [domain], links: this.links('/v3/auth/domains') };
  }

  @GrpcMethod('ProjectService', 'keystoneCreateProject')
  async keystoneCreateProject(request: KeystoneCreateProjectRequest, metadata: Metadata): Promise<KeystoneCreateProjectResponse> {
    const caller = this.caller(metadata);
    const { name = '', description = '', domain_id: domainId, parent_id: parentId } = requireMember(request.project, 'project');
    requireOwnDomain(caller, domainId);
    return { project: this.shown(await this.commands.execute(new CreateSubproject(caller, { parentId, name, description }))) };
  }

  @GrpcMethod('ProjectService', 'keystoneShowProject')
  async keystoneShowProject(request: KeystoneShowProjectRequest, metadata: Metadata): Promise<KeystoneShowProjectResponse> {
    return { project: this.shown(await findProject(this.dataSource.manager, this.caller(metadata).domainId, request.id)) };
  }

  @GrpcMethod('ProjectService', 'keystoneUpdateProject')
  async keystoneUpdateProject(request: KeystoneUpdateProjectRequest, metadata: Metadata): Promise<KeystoneUpdateProjectResponse> {
    const caller = this.caller(metadata);
    const { name, description } = requireMember(request.project, 'project');
    return { project: this.shown(await this.commands.execute(new ChangeProject(caller, request.id, { name, description }))) };
  }

  @GrpcMethod('ProjectService', 'keystoneDeleteProject')
  async keystoneDeleteProject(request: KeystoneDeleteProjectRequest, metadata: Metadata): Promise<KeystoneDeleteProjectResponse> {
    await this.commands.execute(new DeleteProject(this.caller(metadata), request.id));
    return {};
  }

  @GrpcMethod('ProjectService', 'showProjectDetailsAndStatus')
  async showProjectDetailsAndStatus(request: ShowProjectDetailsAndStatusRequest, metadata: Metadata): Promise<ShowProjectDetailsAndStatusResponse> {
    const row = await findProject(this.dataSource.manager, this.caller(metadata).domainId, request.id);
    const { links: _, ...details } = this.shown(row);
    return { project: { ...details, status: 'normal' } };
  }

  private filtered(request: ListProjectsRequest, metadata: Metadata, path: string): Promise<ListProjectsResponse> {
    const page = requirePage(request.page, request.per_page, MOST_ON_A_PAGE);
    // Every project is enabled, and none is an account.
    const wantsNone = request.enabled === false || request.is_domain === true;
    const filter = { name: request.name, domainId: request.domain_id, parentId: request.parent_id };
    return wantsNone ? Promise.resolve({ projects: [], links: this.links(path) }) : this.list(this.caller(metadata), filter, page, path);
  }

  private async list({ domainId }: Caller, filter: ProjectFilter, page: Page, path: string): Promise<ListProjectsResponse> {
    const rows = await this.queries.execute(new ListProjects(domainId, filter, page));
    return { projects: rows.map((row) => this.shown(row)), links: this.links(path) };
  }

  private caller(metadata: Metadata): Caller {
    return callerOf(this.callers.read(metadata));
  }

  private shown({ projectId, domainId, parentId, name, description }: ProjectRow): Project {
    return {
      id: projectId,
      name,
      domain_id: domainId,
      parent_id: parentId ?? domainId,
      is_domain: false,
      enabled: true,
      description,
      links: { self: `${this.publicApiUrl}/v3/projects/${projectId}` },
    };
  }

  /** No link leads to a next page: whoever asks for pages counts them. */
  private links(path: string): NonNullable<ListProjectsResponse['links']> {
    return { self: `${this.publicApiUrl}${path}`, next: undefined, previous: undefined };
  }
}
