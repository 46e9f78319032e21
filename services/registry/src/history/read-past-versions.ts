import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ListFunctionVersionsRequest, ListFunctionVersionsResponse } from '@windlass/contracts/registry/v1/version_service';
import type { Caller } from '../caller/caller.js';
import { viewFunction } from '../function/function-view.js';
import { readPage } from '../function/page.js';
import { PastFunctions } from './past-functions.js';

/** What ListVersionsQuery would have answered then. */
export class ListPastVersionsQuery extends Query<ListFunctionVersionsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListFunctionVersionsRequest,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastVersionsQuery)
export class ListPastVersionsHandler implements IQueryHandler<ListPastVersionsQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, request, asOf }: ListPastVersionsQuery): Promise<ListFunctionVersionsResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const { state } = await this.past.locate(caller, request.function_urn, await this.past.moment(caller, asOf));
    const { enterpriseProjectId } = state.function.settings;
    const published = state.versions.toReversed().map(({ name, description, function: record }) =>
      viewFunction({ ...record, settings: { ...record.settings, enterpriseProjectId } }, { version: name, description }),
    );
    const all = [viewFunction(state.function), ...published];
    const versions = all.slice(offset, offset + limit);
    return { versions, next_marker: versions.length === 0 ? all.length : offset + versions.length, count: all.length };
  }
}
