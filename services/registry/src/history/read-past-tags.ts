import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionTags } from '@windlass/contracts/registry/v1/function_tag_service';
import type { Caller } from '../caller/caller.js';
import { enterpriseProjectTag, viewTag } from '../function-tag/show-tags.js';
import { enterpriseProjectOf, PastFunctions } from './past-functions.js';

/** What ShowFunctionTagsQuery would have answered then. */
export class ShowPastTagsQuery extends Query<FunctionTags> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastTagsQuery)
export class ShowPastTagsHandler implements IQueryHandler<ShowPastTagsQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, urn, asOf }: ShowPastTagsQuery): Promise<FunctionTags> {
    const { state } = await this.past.locate(caller, urn, await this.past.moment(caller, asOf));
    return { tags: state.tags.map(viewTag), sys_tags: [enterpriseProjectTag({ enterpriseProjectId: enterpriseProjectOf(state.function) })] };
  }
}
