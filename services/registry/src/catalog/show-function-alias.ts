import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { FunctionAlias } from '@windlass/contracts/registry/v1/catalog';
import { DataSource } from 'typeorm';
import { isAliasName } from '../alias/alias-fields.js';
import { AliasRow } from '../alias/alias.entity.js';
import { aliasMissing } from '../alias/alias.errors.js';
import { FunctionRow } from '../function/function.entity.js';
import { functionMissing } from '../function/function-urn.js';
import { functionAlias } from './function-spec.js';

export class ShowFunctionAliasQuery extends Query<FunctionAlias> {
  constructor(
    readonly funcId: string,
    readonly alias: string,
  ) {
    super();
  }
}

@QueryHandler(ShowFunctionAliasQuery)
export class ShowFunctionAliasHandler implements IQueryHandler<ShowFunctionAliasQuery> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ funcId, alias: name }: ShowFunctionAliasQuery): Promise<FunctionAlias> {
    if (!/^[0-9a-f-]{36}$/.test(funcId)) throw functionMissing(funcId);
    const of = await this.dataSource.manager.findOneBy(FunctionRow, { funcId });
    if (of === null) throw functionMissing(funcId);
    const found = isAliasName(name) ? await this.dataSource.manager.findOneBy(AliasRow, { funcId, name }) : null;
    if (found === null) throw aliasMissing(name);
    return functionAlias(of, found.record, found.revision);
  }
}
