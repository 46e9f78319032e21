import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { isTitle, nameKey } from '../name-rule.js';
import { AgencyRow, trustOf } from './agency.entity.js';
import { trustsFunctionService } from './trust.js';

/** Whether the functions of an account may act through an agency, and if not, why. */
export type AgencyState = 'usable' | 'absent' | 'untrusting' | 'expired';

export class ShowAgencyState extends Query<AgencyState> {
  constructor(
    readonly service: string,
    readonly domainId: string,
    readonly agencyName: string,
  ) {
    super();
  }
}

@QueryHandler(ShowAgencyState)
export class ShowAgencyStateHandler implements IQueryHandler<ShowAgencyState> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async execute({ service, domainId, agencyName }: ShowAgencyState): Promise<AgencyState> {
    if (service !== 'functiongraph') throw unknownService(service);
    const row = isTitle(agencyName) ? await this.dataSource.manager.findOneBy(AgencyRow, { domainId, nameKey: nameKey(agencyName) }) : null;
    if (row === null) return 'absent';
    if (!trustsFunctionService(trustOf(row))) return 'untrusting';
    return row.expiresAt !== null && row.expiresAt <= this.clock.now() ? 'expired' : 'usable';
  }
}

function unknownService(service: string): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'SERVICE_UNKNOWN',
    code: 'IAM.0011',
    message: `"${service}" is not a service that acts through agencies. The one there is: "functiongraph".`,
  });
}
