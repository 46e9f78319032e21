import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, In } from 'typeorm';
import { GroupRow } from '../group/index.js';
import { UserRow } from '../user/index.js';
import { GrantRow } from './grant.entity.js';
import type { GrantSubject } from './grant.js';
import { requireScope, requireSubject } from './grant-target.js';

const SCOPE = 'enterprise_project';

/** The groups that have a role in an enterprise project, by name. */
export class ListGroupsInEnterpriseProject extends Query<readonly GroupRow[]> {
  constructor(
    readonly domainId: string,
    readonly enterpriseProjectId: string,
  ) {
    super();
  }
}

@QueryHandler(ListGroupsInEnterpriseProject)
export class ListGroupsInEnterpriseProjectHandler implements IQueryHandler<ListGroupsInEnterpriseProject> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, enterpriseProjectId }: ListGroupsInEnterpriseProject): Promise<readonly GroupRow[]> {
    const { manager } = this.dataSource;
    await requireScope(manager, domainId, { type: SCOPE, enterpriseProjectId });
    const grants = await manager.findBy(GrantRow, { domainId, subjectType: 'group', scopeType: SCOPE, scopeId: enterpriseProjectId });
    const ids = grants.map(({ subjectId }) => subjectId);
    return manager.find(GroupRow, { where: { domainId, groupId: In(ids) }, order: { name: 'ASC' } });
  }
}

/** A user with roles of its own in an enterprise project. */
export interface UserThere {
  readonly user: UserRow;
  readonly roles: number;
  /** When it was given the newest of them. */
  readonly newestAt: Date;
}

/** The users that have a role of their own in an enterprise project, by name; what their groups have does not count. */
export class ListUsersInEnterpriseProject extends Query<readonly UserThere[]> {
  constructor(
    readonly domainId: string,
    readonly enterpriseProjectId: string,
  ) {
    super();
  }
}

@QueryHandler(ListUsersInEnterpriseProject)
export class ListUsersInEnterpriseProjectHandler implements IQueryHandler<ListUsersInEnterpriseProject> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, enterpriseProjectId }: ListUsersInEnterpriseProject): Promise<readonly UserThere[]> {
    const { manager } = this.dataSource;
    await requireScope(manager, domainId, { type: SCOPE, enterpriseProjectId });
    const grants = await manager.findBy(GrantRow, { domainId, subjectType: 'user', scopeType: SCOPE, scopeId: enterpriseProjectId });
    const ids = grants.map(({ subjectId }) => subjectId);
    const users = await manager.find(UserRow, { where: { domainId, userId: In(ids) }, order: { name: 'ASC' } });
    return users.map((user) => {
      const times = grants.filter(({ subjectId }) => subjectId === user.userId).map(({ givenAt }) => givenAt.getTime());
      return { user, roles: times.length, newestAt: new Date(Math.max(...times)) };
    });
  }
}

/** Ids of the enterprise projects in which a subject itself has a role. */
export class ListEnterpriseProjectsOf extends Query<readonly string[]> {
  constructor(
    readonly domainId: string,
    readonly subject: GrantSubject,
  ) {
    super();
  }
}

@QueryHandler(ListEnterpriseProjectsOf)
export class ListEnterpriseProjectsOfHandler implements IQueryHandler<ListEnterpriseProjectsOf> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, subject }: ListEnterpriseProjectsOf): Promise<readonly string[]> {
    const { manager } = this.dataSource;
    await requireSubject(manager, domainId, subject);
    const grants = await manager.findBy(GrantRow, { domainId, subjectType: subject.type, subjectId: subject.id, scopeType: SCOPE });
    return [...new Set(grants.map(({ scopeId }) => scopeId))].sort();
  }
}
