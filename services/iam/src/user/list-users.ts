import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { GroupMemberRow } from '../group/index.js';
import { isTitle, nameKey } from '../name-rule.js';
import { UserRow } from './user.entity.js';

export interface UserFilter {
  /** Everybody when empty. */
  readonly name?: string;
  readonly enabled?: boolean | undefined;
  readonly groupId?: string;
}

/** The users of an account by name, so many of them as the filter lets through. */
export class ListUsers extends Query<readonly UserRow[]> {
  constructor(
    readonly domainId: string,
    readonly filter: UserFilter,
  ) {
    super();
  }
}

@QueryHandler(ListUsers)
export class ListUsersHandler implements IQueryHandler<ListUsers> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, filter: { name = '', enabled, groupId } }: ListUsers): Promise<readonly UserRow[]> {
    if (name !== '' && !isTitle(name)) return [];
    const query = this.dataSource.manager.createQueryBuilder(UserRow, 'user').where('user.domainId = :domainId', { domainId });
    if (name !== '') query.andWhere('user.nameKey = :name', { name: nameKey(name) });
    if (enabled !== undefined) query.andWhere('user.status = :status', { status: enabled ? 'enabled' : 'disabled' });
    if (groupId !== undefined) query.innerJoin(GroupMemberRow, 'member', 'member.userId = user.userId AND member.groupId = :groupId', { groupId });
    return query.orderBy('user.nameKey').getMany();
  }
}
