import { Injectable } from '@nestjs/common';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller.js';
import { isId } from '../id.js';
import { isName, isTitle, nameKey } from '../name-rule.js';
import { Permissions } from '../permissions.js';
import { AgencyRow } from './agency.entity.js';

/** How a caller names the agency it wants to act through: by its name, in an account named by id, by name or by both. */
export interface AgencyReference {
  readonly agencyName: string;
  readonly domain: { readonly id: string; readonly name: string };
}

/** The action of acting through an agency, which Agent Operator allows. */
const ASSUME = 'iam:agencies:assume';

@Injectable()
export class AgencyAssumption {
  constructor(
    private readonly dataSource: DataSource,
    private readonly permissions: Permissions,
  ) {}

  /**
   * The agency, with its account, when it trusts the caller's account and that account lets the caller use such trust.
   * An agency that trusts others is as unknown as one that does not exist.
   */
  async require(caller: Caller, reference: AgencyReference, now: Date): Promise<AgencyRow> {
    const agency = await this.find(reference);
    const trusted = agency?.trustKind === 'account' && agency.trustDomainId === caller.domainId;
    if (agency === undefined || !trusted || agency.account.status !== 'active') throw unknown(reference);
    if (agency.expiresAt !== null && agency.expiresAt <= now) throw expired(agency);
    await this.permissions.require(caller, { action: ASSUME, resource: `agency/${agency.agencyId}` });
    return agency;
  }

  private async find({ agencyName, domain }: AgencyReference): Promise<AgencyRow | undefined> {
    const canExist = isTitle(agencyName) && (domain.id === '' || isId(domain.id)) && (domain.name === '' || isName(domain.name));
    if (!canExist || (domain.id === '' && domain.name === '')) return undefined;
    const query = this.dataSource.manager
      .createQueryBuilder(AgencyRow, 'agency')
      .innerJoinAndSelect('agency.account', 'account')
      .where('agency.nameKey = :agency', { agency: nameKey(agencyName) });
    if (domain.id !== '') query.andWhere('account.domainId = :id', { id: domain.id });
    if (domain.name !== '') query.andWhere('account.nameKey = :account', { account: nameKey(domain.name) });
    return (await query.getOne()) ?? undefined;
  }
}

function unknown({ agencyName, domain }: AgencyReference): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: 'AGENCY_UNKNOWN',
    code: 'IAM.0004',
    message: `Could not find agency: the account ${domain.name || domain.id} has no agency "${agencyName}" that trusts the caller's account.`,
  });
}

function expired({ name, expiresAt }: AgencyRow): WindlassError {
  return new WindlassError({
    kind: 'forbidden',
    reason: 'AGENCY_EXPIRED',
    code: 'IAM.0002',
    message: `The agency "${name}" expired at ${expiresAt?.toISOString()}. Its account can prolong it.`,
  });
}
