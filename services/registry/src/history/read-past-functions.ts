import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import { ListFunctionsResponse, type ListFunctionsRequest } from '@windlass/contracts/registry/v1/function_service';
import type { Caller } from '../caller/caller.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { shownUserData } from '../customer-key/shown-user-data.js';
import { viewFunction } from '../function/function-view.js';
import { readPage } from '../function/page.js';
import { enterpriseProjectOf, PastFunctions } from './past-functions.js';

/** What ShowFunctionQuery would have answered then. */
export class ShowPastFunctionQuery extends Query<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastFunctionQuery)
export class ShowPastFunctionHandler implements IQueryHandler<ShowPastFunctionQuery> {
  constructor(
    private readonly past: PastFunctions,
    private readonly seals: FunctionSeals,
  ) {}

  async execute({ caller, urn, asOf }: ShowPastFunctionQuery): Promise<FunctionMessage> {
    const located = await this.past.locate(caller, urn, await this.past.moment(caller, asOf));
    const { enterpriseProjectId } = located.state.function.settings;
    const shown = viewFunction({ ...located.record, settings: { ...located.record.settings, enterpriseProjectId } }, located);
    return { ...shown, ...(await shownUserData(this.seals, caller, located)) };
  }
}

/** What ListFunctionsQuery would have answered then. */
export class ListPastFunctionsQuery extends Query<ListFunctionsResponse> {
  constructor(
    readonly caller: Caller,
    readonly request: ListFunctionsRequest,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastFunctionsQuery)
export class ListPastFunctionsHandler implements IQueryHandler<ListPastFunctionsQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, request, asOf }: ListPastFunctionsQuery): Promise<ListFunctionsResponse> {
    const { offset, limit } = readPage(request.marker, request.maxitems);
    const { package_name: packageName, func_name: name, enterprise_project_id: enterpriseProjectId } = request;
    const all = await this.past.all(caller, await this.past.moment(caller, asOf));
    const found = all
      .filter((record) => record.projectId === caller.projectId)
      .filter((record) => packageName === '' || record.package === packageName)
      .filter((record) => enterpriseProjectId === '' || enterpriseProjectOf(record) === enterpriseProjectId)
      .filter((record) => record.name.toLowerCase().includes(name.toLowerCase()))
      .sort((a, b) => byText(a.createdAt, b.createdAt) || byText(a.funcId, b.funcId));
    const shown = found.slice(offset, offset + limit);
    return ListFunctionsResponse.fromPartial({
      functions: shown.map((record) => viewFunction(record)),
      next_marker: shown.length === 0 ? found.length : offset + shown.length,
      count: found.length,
    });
  }
}

export function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
