import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { ListAuthDomainsRequest, ListAuthDomainsResponse, ListProjectsRequest, ListProjectsResponse } from '@windlass/contracts/iam/v1/project_service';
import { CallContextReader } from '@windlass/grpc';
import { PUBLIC_API_URL } from '../settings.js';
import { ListProjects } from './list-projects.js';
import type { ProjectRow } from './project.entity.js';

@Controller()
export class ProjectController {
  constructor(
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  @GrpcMethod('ProjectService', 'listProjects')
  listProjects(request: ListProjectsRequest, metadata: Metadata): Promise<ListProjectsResponse> {
    return this.projects(request, metadata, '/v3/projects');
  }

  @GrpcMethod('ProjectService', 'listAuthProjects')
  listAuthProjects(request: ListProjectsRequest, metadata: Metadata): Promise<ListProjectsResponse> {
    return this.projects(request, metadata, '/v3/auth/projects');
  }

  @GrpcMethod('ProjectService', 'listAuthDomains')
  listAuthDomains(_request: ListAuthDomainsRequest, metadata: Metadata): ListAuthDomainsResponse {
    const { domain_id: id, domain_name: name } = this.callers.read(metadata).principal;
    const domain = { id, name, enabled: true, description: '', links: { self: `${this.publicApiUrl}/v3/domains/${id}` } };
    return { domains: [domain], links: this.links('/v3/auth/domains') };
  }

  private async projects(request: ListProjectsRequest, metadata: Metadata, path: string): Promise<ListProjectsResponse> {
    const { principal } = this.callers.read(metadata);
    const rows = await this.queries.execute(new ListProjects(principal.domain_id, { name: request.name, domainId: request.domain_id }));
    return { projects: rows.map((row) => this.project(row)), links: this.links(path) };
  }

  private project({ projectId, domainId, name }: ProjectRow): ListProjectsResponse['projects'][number] {
    return {
      id: projectId,
      name,
      domain_id: domainId,
      parent_id: domainId,
      is_domain: false,
      enabled: true,
      description: '',
      links: { self: `${this.publicApiUrl}/v3/projects/${projectId}` },
    };
  }

  /** Everything fits on one page: an account has a project a region. */
  private links(path: string): NonNullable<ListProjectsResponse['links']> {
    return { self: `${this.publicApiUrl}${path}`, next: undefined, previous: undefined };
  }
}
