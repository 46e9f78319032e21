import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ListEnterpriseProjectRequest } from '@windlass/contracts/iam/v1/enterprise_project_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { reachesEnterpriseProject } from '@windlass/principal';
import { DataSource } from 'typeorm';
import { AccountRow } from '../account/account.entity.js';
import { DEFAULT_ENTERPRISE_PROJECT, isEnterpriseProjectId } from './enterprise-project-rule.js';
import { enterpriseProjectMissing } from './enterprise-project.decider.js';
import { EnterpriseProjectRow } from './enterprise-project.entity.js';
import { selectPage, type EnterpriseProjectPage } from './select-page.js';

/** Those of the account that the caller's permissions reach. */
export class ListEnterpriseProjects extends Query<EnterpriseProjectPage> {
  constructor(
    readonly principal: Principal,
    readonly request: ListEnterpriseProjectRequest,
  ) {
    super();
  }
}

@QueryHandler(ListEnterpriseProjects)
export class ListEnterpriseProjectsHandler implements IQueryHandler<ListEnterpriseProjects> {
  constructor(private readonly dataSource: DataSource) {}

  /** All of an account's, whose number its quota bounds, are read and sifted here: the default one is in no table. */
  async execute({ principal, request }: ListEnterpriseProjects): Promise<EnterpriseProjectPage> {
    const { manager } = this.dataSource;
    const { domain_id: domainId } = principal;
    const created = await manager.findBy(EnterpriseProjectRow, { domainId });
    const all = [defaultOf(await manager.findOneByOrFail(AccountRow, { domainId })), ...created];
    return selectPage(all.filter(({ id }) => reachesEnterpriseProject(principal, id)), request);
  }
}

export class ShowEnterpriseProject extends Query<EnterpriseProjectRow> {
  constructor(
    readonly principal: Principal,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(ShowEnterpriseProject)
export class ShowEnterpriseProjectHandler implements IQueryHandler<ShowEnterpriseProject> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ principal, id }: ShowEnterpriseProject): Promise<EnterpriseProjectRow> {
    const { manager } = this.dataSource;
    const { domain_id: domainId } = principal;
    if (!isEnterpriseProjectId(id) || !reachesEnterpriseProject(principal, id)) throw enterpriseProjectMissing();
    if (id === DEFAULT_ENTERPRISE_PROJECT.id) return defaultOf(await manager.findOneByOrFail(AccountRow, { domainId }));
    const row = await manager.findOneBy(EnterpriseProjectRow, { id, domainId });
    if (row === null) throw enterpriseProjectMissing();
    return row;
  }
}

/** As old as its account, and never changed. */
function defaultOf({ domainId, createdAt }: AccountRow): EnterpriseProjectRow {
  return { ...DEFAULT_ENTERPRISE_PROJECT, domainId, status: 'enabled', createdAt, updatedAt: createdAt };
}
