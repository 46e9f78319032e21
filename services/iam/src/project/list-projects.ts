import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { isProjectName } from './project.decider.js';
import { ProjectRow } from './project.entity.js';

/** The projects of an account, by name; `name` and `domainId` narrow the list when they are not empty. */
export class ListProjects extends Query<readonly ProjectRow[]> {
  constructor(
    readonly ownDomainId: string,
    readonly filter: { readonly name: string; readonly domainId: string },
  ) {
    super();
  }
}

@QueryHandler(ListProjects)
export class ListProjectsHandler implements IQueryHandler<ListProjects> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ ownDomainId, filter }: ListProjects): Promise<readonly ProjectRow[]> {
    // Another account's projects are not refused but not there: whether the account exists is not the caller's to know.
    if (filter.domainId !== '' && filter.domainId !== ownDomainId) return [];
    if (filter.name !== '' && !isProjectName(filter.name)) return [];
    const name = filter.name === '' ? {} : { name: filter.name };
    return this.dataSource.manager.find(ProjectRow, { where: { domainId: ownDomainId, ...name }, order: { name: 'ASC' } });
  }
}
