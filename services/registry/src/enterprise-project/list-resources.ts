import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import {
  ListEnterpriseProjectResourcesResponse,
  type ListEnterpriseProjectResourcesRequest,
} from '@windlass/contracts/registry/v1/enterprise_project_resources';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { reachesEnterpriseProject } from '@windlass/principal';
import { DataSource } from 'typeorm';
import { functionUrn, LATEST } from '../function/function-urn.js';
import { FunctionRow } from '../function/function.entity.js';
import { refusal } from '../refusal.js';

const LARGEST_PAGE = 1000;

/** Functions of an enterprise project, over all projects of the caller's account. */
export class ListResourcesQuery extends Query<ListEnterpriseProjectResourcesResponse> {
  constructor(
    readonly principal: Principal,
    readonly request: ListEnterpriseProjectResourcesRequest,
  ) {
    super();
  }
}

@QueryHandler(ListResourcesQuery)
export class ListResourcesHandler implements IQueryHandler<ListResourcesQuery> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ principal, request }: ListResourcesQuery): Promise<ListEnterpriseProjectResourcesResponse> {
    const { enterprise_project_id: enterpriseProjectId, project_ids: projectIds, resource_id: urn, resource_name: name, offset, limit } = request;
    if (!reachesEnterpriseProject(principal, enterpriseProjectId)) return ListEnterpriseProjectResourcesResponse.fromPartial({});
    if ([enterpriseProjectId, ...projectIds, name].some((text) => text.includes('\0'))) {
      throw refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', 'A filter holds a NUL character.');
    }
    const selected = this.dataSource.manager
      .createQueryBuilder(FunctionRow, 'f')
      .where('f.domainId = :domainId AND f.enterpriseProjectId = :enterpriseProjectId', { domainId: principal.domain_id, enterpriseProjectId });
    if (projectIds.length > 0) selected.andWhere('f.projectId = ANY(:projectIds)', { projectIds });
    if (name !== '') selected.andWhere('strpos(lower(f.name), lower(:name)) > 0', { name });
    const address = /^urn:fss:[^:\0]+:([^:\0]+):function:([^:\0]+):([^:\0]+)(:latest)?$/.exec(urn);
    if (urn !== '' && address === null) return ListEnterpriseProjectResourcesResponse.fromPartial({});
    if (address !== null) selected.andWhere('f.projectId = :project AND f.package = :package AND f.name = :exact', { project: address[1], package: address[2], exact: address[3] });
    const page = selected.orderBy('f.createdAt').addOrderBy('f.funcId').offset(offset).limit(Math.min(limit, LARGEST_PAGE));
    const [rows, total] = await page.getManyAndCount();
    return { resources: rows.map(viewResource), total_count: total };
  }
}

function viewResource({ record, enterpriseProjectId }: FunctionRow): ListEnterpriseProjectResourcesResponse['resources'][number] {
  return {
    resource_id: `${functionUrn(record.region, record)}:${LATEST}`,
    resource_name: record.name,
    resource_type: 'functions',
    project_id: record.projectId,
    project_name: record.region,
    enterprise_project_id: enterpriseProjectId,
  };
}
