import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { isTitle, nameKey } from '../name-rule.js';
import { GroupMemberRow, GroupRow } from './group.entity.js';

/** The groups of an account by name; narrowed to one name, or to those that a user is in. */
export class ListGroups extends Query<readonly GroupRow[]> {
  constructor(
    readonly domainId: string,
    readonly filter: { readonly name?: string; readonly userId?: string },
  ) {
    super();
  }
}

@QueryHandler(ListGroups)
export class ListGroupsHandler implements IQueryHandler<ListGroups> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, filter: { name = '', userId } }: ListGroups): Promise<readonly GroupRow[]> {
    if (name !== '' && !isTitle(name)) return [];
    const query = this.dataSource.manager.createQueryBuilder(GroupRow, 'g').where('g.domainId = :domainId', { domainId });
    if (name !== '') query.andWhere('g.nameKey = :name', { name: nameKey(name) });
    if (userId !== undefined) query.innerJoin(GroupMemberRow, 'member', 'member.groupId = g.groupId AND member.userId = :userId', { userId });
    return query.orderBy('g.nameKey').getMany();
  }
}
