import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, IsNull } from 'typeorm';
import { isId } from '../id.js';
import type { Page } from '../page.js';
import { isProjectName } from './project.decider.js';
import { ProjectRow } from './project.entity.js';

/** What is empty narrows nothing. */
export interface ProjectFilter {
  readonly name: string;
  readonly domainId: string;
  /** A region's project, or the account: the region's projects have that one above them. */
  readonly parentId: string;
}

/** The projects of an account, by name. */
export class ListProjects extends Query<readonly ProjectRow[]> {
  constructor(
    readonly ownDomainId: string,
    readonly filter: ProjectFilter,
    readonly page: Page,
  ) {
    super();
  }
}

@QueryHandler(ListProjects)
export class ListProjectsHandler implements IQueryHandler<ListProjects> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ ownDomainId, filter: { name, domainId, parentId }, page }: ListProjects): Promise<readonly ProjectRow[]> {
    // Another account's projects are not refused but not there: whether the account exists is not the caller's to know.
    if (domainId !== '' && domainId !== ownDomainId) return [];
    if ((name !== '' && !isProjectName(name)) || (parentId !== '' && !isId(parentId))) return [];
    const parent = parentId === '' ? {} : { parentId: parentId === ownDomainId ? IsNull() : parentId };
    const where = { domainId: ownDomainId, ...(name === '' ? {} : { name }), ...parent };
    return this.dataSource.manager.find(ProjectRow, { where, order: { name: 'ASC' }, ...page });
  }
}
