import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListFunctionsResponse, type ListFunctionsRequest } from '@windlass/contracts/registry/v1/function_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { refusal } from '../refusal.js';
import { FunctionRow } from './function.entity.js';
import { viewFunction } from './function-view.js';
import { readPage } from './page.js';

export class ListFunctionsQuery extends Query<ListFunctionsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListFunctionsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListFunctionsQuery)
export class ListFunctionsHandler implements IQueryHandler<ListFunctionsQuery> {
  constructor(private readonly dataSource: DataSource) {}

  /** In order of creation. The marker is an offset; on the last page the next one is the total. */
  async execute({ caller, request }: ListFunctionsQuery): Promise<ListFunctionsResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const selected = this.dataSource.manager.createQueryBuilder(FunctionRow, 'f').where('f.projectId = :projectId', { projectId: caller.projectId });
    for (const field of ['package_name', 'func_name', 'enterprise_project_id'] as const) {
      if (request[field].includes('\0')) throw refusal('invalid', 'FSS.1001', 'QUERY_PARAMETER_INVALID', `${field} holds a NUL character.`);
    }
    if (request.package_name !== '') selected.andWhere('f.package = :package', { package: request.package_name });
    if (request.enterprise_project_id !== '') selected.andWhere('f.enterpriseProjectId = :wanted', { wanted: request.enterprise_project_id });
    if (!caller.principal.all_enterprise_projects) {
      selected.andWhere('f.enterpriseProjectId = ANY(:reached)', { reached: caller.principal.enterprise_project_ids });
    }
    // A part of the name, letter case aside, without the meaning that LIKE gives to some characters.
    if (request.func_name !== '') selected.andWhere('strpos(lower(f.name), lower(:name)) > 0', { name: request.func_name });
    const [rows, count] = await selected.orderBy('f.createdAt').addOrderBy('f.funcId').offset(offset).limit(limit).getManyAndCount();
    return ListFunctionsResponse.fromPartial({
      functions: rows.map((row) => viewFunction(row.record)),
      next_marker: rows.length === 0 ? count : offset + rows.length,
      count,
    });
  }
}
