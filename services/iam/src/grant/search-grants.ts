import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource, In, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { subjectsOf } from '../group/index.js';
import { isId } from '../id.js';
import type { Page } from '../page.js';
import { GrantRow } from './grant.entity.js';
import type { GrantScope, GrantSubject } from './grant.js';

/** What a search narrows; whatever is undefined narrows nothing. */
export interface GrantFilter {
  readonly roleId: string | undefined;
  readonly subjectType: GrantSubject['type'] | undefined;
  readonly subject: GrantSubject | undefined;
  /** With a user as the subject: what its groups are granted, too. */
  readonly includeGroups: boolean;
  readonly scopeType: Exclude<GrantScope['type'], 'all_projects'> | undefined;
  readonly scopeId: string | undefined;
  /** Those that hold in all projects, or those that do not. */
  readonly inherited: boolean | undefined;
}

/** Grants of the account, in the order of their columns. */
export class SearchGrants extends Query<{ readonly rows: readonly GrantRow[]; readonly total: number }> {
  constructor(
    readonly domainId: string,
    readonly filter: GrantFilter,
    readonly page: Page,
  ) {
    super();
  }
}

@QueryHandler(SearchGrants)
export class SearchGrantsHandler implements IQueryHandler<SearchGrants> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId, filter, page }: SearchGrants) {
    const { manager } = this.dataSource;
    const subjects = await subjectConditions(manager, filter);
    const where = subjects.map((subject) => ({ domainId, ...subject, ...otherConditions(filter) }));
    const order = { subjectType: 'ASC', subjectId: 'ASC', scopeType: 'ASC', scopeId: 'ASC', roleId: 'ASC' } as const;
    const [rows, total] = await manager.findAndCount(GrantRow, { where, order, ...page });
    return { rows, total };
  }
}

type Where = FindOptionsWhere<GrantRow>;

/** Alternatives: one of them must hold. */
async function subjectConditions(manager: EntityManager, { subjectType, subject, includeGroups }: GrantFilter): Promise<readonly Where[]> {
  if (!subject) return [subjectType ? { subjectType } : {}];
  const own: Where = { subjectType: subject.type, subjectId: subject.id };
  if (subject.type !== 'user' || !includeGroups || !isId(subject.id)) return [own];
  const { groupIds } = await subjectsOf(manager, subject.id);
  return [own, { subjectType: 'group', subjectId: In([...groupIds]) }];
}

function otherConditions({ roleId, scopeType, scopeId, inherited }: GrantFilter): Where {
  return {
    ...(roleId === undefined ? {} : { roleId }),
    ...(scopeId === undefined ? {} : { scopeId }),
    ...scopeCondition(scopeType, inherited),
  };
}

/** A grant that holds in all projects is one on the account, inherited. */
function scopeCondition(scopeType: GrantFilter['scopeType'], inherited: boolean | undefined): Where {
  if (scopeType === undefined) return inherited === undefined ? {} : { scopeType: inherited ? 'all_projects' : Not('all_projects') };
  if (scopeType !== 'domain') return inherited ? { scopeType: In([]) } : { scopeType };
  if (inherited === undefined) return { scopeType: In(['domain', 'all_projects']) };
  return { scopeType: inherited ? 'all_projects' : 'domain' };
}
