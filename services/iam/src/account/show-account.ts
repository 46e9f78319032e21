import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { isName, nameKey } from '../name-rule.js';
import { AccountRow } from './account.entity.js';

export class ShowAccount extends Query<AccountRow> {
  constructor(readonly name: string) {
    super();
  }
}

@QueryHandler(ShowAccount)
export class ShowAccountHandler implements IQueryHandler<ShowAccount> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ name }: ShowAccount): Promise<AccountRow> {
    const row = isName(name) ? await this.dataSource.manager.findOneBy(AccountRow, { nameKey: nameKey(name) }) : null;
    if (row) return row;
    throw new WindlassError({
      kind: 'not_found',
      reason: 'ACCOUNT_UNKNOWN',
      code: 'IAM.0004',
      message: `There is no account named "${name}".`,
    });
  }
}
