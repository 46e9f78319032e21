import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ShowVersionAliasRequest, VersionAlias } from '@windlass/contracts/registry/v1/alias_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { AliasRow } from './alias.entity.js';
import { isAliasName } from './alias-fields.js';
import { aliasMissing } from './alias.errors.js';
import { viewAlias } from './alias-view.js';

export class ShowAliasQuery extends Query<VersionAlias> {
  constructor(
    readonly caller: Caller,
    readonly request: ShowVersionAliasRequest,
  ) {
    super();
  }
}

@QueryHandler(ShowAliasQuery)
export class ShowAliasHandler implements IQueryHandler<ShowAliasQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  async execute({ caller, request }: ShowAliasQuery): Promise<VersionAlias> {
    const { function_urn, alias_name: name } = request;
    const { funcId, record } = await this.lookup.find(caller, function_urn);
    // What cannot be a name is the name of no alias, and is not looked up.
    const row = isAliasName(name) ? await this.dataSource.manager.findOneBy(AliasRow, { funcId, name }) : null;
    if (row === null) throw aliasMissing(name);
    return viewAlias(record, row.record);
  }
}

export class ListAliasesQuery extends Query<VersionAlias[]> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@QueryHandler(ListAliasesQuery)
export class ListAliasesHandler implements IQueryHandler<ListAliasesQuery> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookup: FunctionLookup,
  ) {}

  /** All of them, oldest first: there are no pages, and a function has a bounded number. */
  async execute({ caller, urn }: ListAliasesQuery): Promise<VersionAlias[]> {
    const { row } = await this.lookup.locate(caller, urn);
    const aliases = await this.dataSource.manager.find(AliasRow, { where: { funcId: row.funcId }, order: { createdAt: 'ASC', name: 'ASC' } });
    return aliases.map((alias) => viewAlias(row.record, alias.record));
  }
}
