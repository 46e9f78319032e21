import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Dependency, type ListDependenciesRequest, type ListDependenciesResponse, type ListDependencyVersionRequest, type ListDependencyVersionResponse, type ShowDependencyVersionRequest } from '@windlass/contracts/registry/v1/dependency_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { readPage } from '../function/page.js';
import { refusal } from '../refusal.js';
import { Dependencies } from './dependencies.js';
import { requireKnownRuntime } from './dependency-fields.js';
import { viewDependency, viewDependencyVersion } from './dependency-view.js';
import { DependencyVersionRow } from './dependency.entity.js';

export class ListDependenciesQuery extends Query<ListDependenciesResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListDependenciesRequest,
  ) {
    super();
  }
}

@QueryHandler(ListDependenciesQuery)
export class ListDependenciesHandler implements IQueryHandler<ListDependenciesQuery> {
  constructor(private readonly dataSource: DataSource) {}

  /** By name. Each as its newest version has it, which filters look at too. */
  async execute({ caller, request }: ListDependenciesQuery): Promise<ListDependenciesResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems || request.limit);
    if (request.name.includes('\0')) throw refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', 'name holds a NUL character.');
    if (request.runtime !== '') requireKnownRuntime(request.runtime);
    if (!wantsPrivate(request)) return { dependencies: [], next_marker: 0, count: 0 };
    const selected = this.dataSource.manager
      .createQueryBuilder(DependencyVersionRow, 'd')
      .where('d.projectId = :projectId', { projectId: caller.projectId })
      .andWhere((query) => `d.number = ${query.subQuery().select('max(newer.number)').from(DependencyVersionRow, 'newer').where('newer.dependId = d.dependId').getQuery()}`);
    if (request.runtime !== '') selected.andWhere('d.runtime = :runtime', { runtime: request.runtime });
    if (request.name !== '') selected.andWhere('strpos(lower(d.name), lower(:name)) > 0', { name: request.name });
    const [rows, count] = await selected.orderBy('d.name').addOrderBy('d.id').offset(offset).limit(limit).getManyAndCount();
    return { dependencies: rows.map(({ record }) => viewDependency(record)), next_marker: rows.length === 0 ? count : offset + rows.length, count };
  }
}

/** There are no public dependencies here, so who asks for those alone gets none. FSS.1001 for a word that is not documented. */
function wantsPrivate({ ispublic, dependency_type: type }: ListDependenciesRequest): boolean {
  if (!['', 'public', 'private', 'all'].includes(type)) {
    throw refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', `dependency_type is ${JSON.stringify(type.slice(0, 40))}. Use public, private or all.`);
  }
  if (!['', 'true', 'false'].includes(ispublic)) {
    throw refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', `ispublic is ${JSON.stringify(ispublic.slice(0, 40))}. Use true or false.`);
  }
  return type === '' ? ispublic !== 'true' : type !== 'public';
}

export class ListDependencyVersionsQuery extends Query<ListDependencyVersionResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListDependencyVersionRequest,
  ) {
    super();
  }
}

@QueryHandler(ListDependencyVersionsQuery)
export class ListDependencyVersionsHandler implements IQueryHandler<ListDependencyVersionsQuery> {
  constructor(private readonly dependencies: Dependencies) {}

  async execute({ caller, request }: ListDependencyVersionsQuery): Promise<ListDependencyVersionResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const versions = await this.dependencies.versions(caller, request.depend_id);
    const page = versions.slice(offset, offset + limit);
    return { dependencies: page.map(viewDependencyVersion), next_marker: page.length === 0 ? versions.length : offset + page.length, count: versions.length };
  }
}

export class ShowDependencyVersionQuery extends Query<Dependency> {
  constructor(
    readonly caller: Caller,
    readonly request: ShowDependencyVersionRequest,
  ) {
    super();
  }
}

@QueryHandler(ShowDependencyVersionQuery)
export class ShowDependencyVersionHandler implements IQueryHandler<ShowDependencyVersionQuery> {
  constructor(private readonly dependencies: Dependencies) {}

  /** The edge adds the link to the package, which the digest is enough for. */
  async execute({ caller, request }: ShowDependencyVersionQuery): Promise<Dependency> {
    return viewDependencyVersion(await this.dependencies.version(caller, request.depend_id, request.version));
  }
}
