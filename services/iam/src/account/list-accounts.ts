import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ListAccountsRequest } from '@windlass/contracts/iam/v1/account_admin_service';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { isId } from '../id.js';
import { accountUnknown } from './account.decider.js';
import { AccountRow } from './account.entity.js';

const PAGE = { preset: 100, most: 1000 };
const STATUSES = ['active', 'suspended', 'closed'];

/** Accounts in the order of their creation, and how many the filter finds in all. */
export class ListAccounts extends Query<{ readonly rows: readonly AccountRow[]; readonly total: number }> {
  constructor(readonly request: ListAccountsRequest) {
    super();
  }
}

@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ request: { name, status, limit = PAGE.preset, offset } }: ListAccounts): Promise<{ rows: readonly AccountRow[]; total: number }> {
    if (limit < 1 || limit > PAGE.most) throw invalid(`limit must be a number from 1 to ${PAGE.most}.`);
    if (status !== '' && !STATUSES.includes(status)) throw invalid(`status must be one of ${STATUSES.join(', ')}.`);
    if (name.includes('\0')) throw invalid('name holds a NUL character.');
    const selected = this.dataSource.manager.createQueryBuilder(AccountRow, 'account').where('true');
    if (status !== '') selected.andWhere('account.status = :status', { status });
    if (name !== '') selected.andWhere('strpos(account.nameKey, lower(:name)) > 0', { name });
    const [rows, total] = await selected.orderBy('account.createdAt').addOrderBy('account.domainId').offset(offset).limit(limit).getManyAndCount();
    return { rows, total };
  }
}

export class ShowAccountById extends Query<AccountRow> {
  constructor(readonly domainId: string) {
    super();
  }
}

@QueryHandler(ShowAccountById)
export class ShowAccountByIdHandler implements IQueryHandler<ShowAccountById> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ domainId }: ShowAccountById): Promise<AccountRow> {
    const row = isId(domainId) ? await this.dataSource.manager.findOneBy(AccountRow, { domainId }) : null;
    if (row === null) throw accountUnknown();
    return row;
  }
}

function invalid(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PARAMETER_INVALID', code: 'IAM.0007', message });
}
