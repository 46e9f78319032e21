import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { isId } from '../id.js';
import { isTitle, nameKey } from '../name-rule.js';
import { AgencyRow } from './agency.entity.js';

/** The agencies of an account by name; filters that are empty let everything through. */
export class ListAgencies extends Query<readonly AgencyRow[]> {
  constructor(
    readonly domainId: string,
    readonly filter: { readonly name: string; readonly trustDomainId: string },
  ) {
    super();
  }
}

@QueryHandler(ListAgencies)
export class ListAgenciesHandler implements IQueryHandler<ListAgencies> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, filter: { name, trustDomainId } }: ListAgencies): Promise<readonly AgencyRow[]> {
    if ((name !== '' && !isTitle(name)) || (trustDomainId !== '' && !isId(trustDomainId))) return [];
    const where = { domainId, ...(name === '' ? {} : { nameKey: nameKey(name) }), ...(trustDomainId === '' ? {} : { trustDomainId }) };
    return this.dataSource.manager.find(AgencyRow, { where, order: { nameKey: 'ASC' } });
  }
}
