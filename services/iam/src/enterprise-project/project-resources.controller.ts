import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import { FilterResourcesResponse, type FilterResourcesRequest, type MigrateResourceRequest, type MigrateResourceResponse } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { invalid } from './enterprise-project-rule.js';
import { ShowEnterpriseProject } from './list-enterprise-projects.js';
import { ProjectResources } from './project-resources.js';

const FUNCTIONS = 'functions';
const LARGEST_PAGE = 1000;
const MOST_PROJECTS = 100;

/** The resources of enterprise projects; functions are the one type there is. */
@Controller()
export class ProjectResourcesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly resources: ProjectResources,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('EnterpriseProjectService', 'showResourceBindEnterpriseProject')
  async showResourceBindEnterpriseProject(request: FilterResourcesRequest, metadata: Metadata): Promise<FilterResourcesResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const { enterprise_project_id: id, resource_types: types, projects, offset, limit = LARGEST_PAGE, matches } = request;
    if (limit < 1 || limit > LARGEST_PAGE) throw invalid('LIMIT_INVALID', `limit must be a number from 1 to ${LARGEST_PAGE}.`);
    if (projects.length > MOST_PROJECTS) throw invalid('PROJECTS_INVALID', `projects must be at most ${MOST_PROJECTS}.`);
    const { name } = await this.queries.execute(new ShowEnterpriseProject(caller.principal, id));
    if (types.length > 0 && !types.includes(FUNCTIONS)) return FilterResourcesResponse.fromPartial({});
    const filter = { resource_id: valueOf(matches, 'resource_id'), resource_name: valueOf(matches, 'resource_name') };
    const found = await this.resources.list(caller, { enterprise_project_id: id, project_ids: projects, ...filter, offset, limit });
    return FilterResourcesResponse.fromPartial({
      resources: found.resources.map((resource) => ({ ...resource, enterprise_project_name: name })),
      total_count: found.total_count,
    });
  }

  @GrpcMethod('EnterpriseProjectService', 'migrateResource')
  async migrateResource(request: MigrateResourceRequest, metadata: Metadata): Promise<MigrateResourceResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const { enterprise_project_id, resource_type, resource_id, project_id } = request;
    if (resource_type !== FUNCTIONS) throw invalid('RESOURCE_TYPE_UNKNOWN', `resource_type must be "${FUNCTIONS}".`);
    const target = await this.queries.execute(new ShowEnterpriseProject(caller.principal, enterprise_project_id));
    if (target.status !== 'enabled') throw invalid('ENTERPRISE_PROJECT_DISABLED', `The enterprise project "${target.name}" is disabled and takes no resources. Enable it first.`);
    await this.resources.migrate(caller, { resource_id, project_id, enterprise_project_id });
    return {};
  }
}

function valueOf(matches: FilterResourcesRequest['matches'], key: string): string {
  return matches.find((match) => match.key === key)?.value ?? '';
}
