import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ListFunctionVersionsResponse, type ListFunctionVersionsRequest } from '@windlass/contracts/registry/v1/version_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { viewFunction } from '../function/function-view.js';
import { readPage } from '../function/page.js';
import { withCurrentOwner } from '../function/show-function.js';
import { VersionRow } from './version.entity.js';

export class ListVersionsQuery extends Query<ListFunctionVersionsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListFunctionVersionsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListVersionsQuery)
export class ListVersionsHandler implements IQueryHandler<ListVersionsQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  /** `latest` first, then the published ones from the newest. A function has a bounded number of them. */
  async execute({ caller, request }: ListVersionsQuery): Promise<ListFunctionVersionsResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const { row } = await this.lookup.locate(caller, request.function_urn);
    const published = await this.dataSource.manager.find(VersionRow, { where: { funcId: row.funcId }, order: { revision: 'DESC' } });
    const all = [
      viewFunction(row.record),
      ...published.map(({ record: { name, description, function: record } }) => viewFunction(withCurrentOwner({ record, row }), { version: name, description })),
    ];
    const versions = all.slice(offset, offset + limit);
    return { versions, next_marker: versions.length === 0 ? all.length : offset + versions.length, count: all.length };
  }
}
