import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ShowVersionAliasRequest, VersionAlias } from '@windlass/contracts/registry/v1/alias_service';
import { aliasMissing } from '../alias/alias.errors.js';
import { viewAlias } from '../alias/alias-view.js';
import type { Caller } from '../caller/caller.js';
import { PastFunctions } from './past-functions.js';
import { byText } from './read-past-functions.js';

/** What ListAliasesQuery would have answered then. */
export class ListPastAliasesQuery extends Query<VersionAlias[]> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ListPastAliasesQuery)
export class ListPastAliasesHandler implements IQueryHandler<ListPastAliasesQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, urn, asOf }: ListPastAliasesQuery): Promise<VersionAlias[]> {
    const { state } = await this.past.locate(caller, urn, await this.past.moment(caller, asOf));
    const aliases = state.aliases.toSorted((a, b) => byText(a.createdAt, b.createdAt) || byText(a.name, b.name));
    return aliases.map((alias) => viewAlias(state.function, alias));
  }
}

/** What ShowAliasQuery would have answered then. */
export class ShowPastAliasQuery extends Query<VersionAlias> {
  constructor(
    readonly caller: Caller,
    readonly request: ShowVersionAliasRequest,
    readonly asOf: string,
  ) {
    super();
  }
}

@QueryHandler(ShowPastAliasQuery)
export class ShowPastAliasHandler implements IQueryHandler<ShowPastAliasQuery> {
  constructor(private readonly past: PastFunctions) {}

  async execute({ caller, request, asOf }: ShowPastAliasQuery): Promise<VersionAlias> {
    const { function_urn: urn, alias_name: name } = request;
    const { state } = await this.past.locateWhole(caller, urn, await this.past.moment(caller, asOf));
    const found = state.aliases.find((alias) => alias.name === name);
    if (found === undefined) throw aliasMissing(name);
    return viewAlias(state.function, found);
  }
}
