import { Brackets, type SelectQueryBuilder } from 'typeorm';
import type { Caller } from '../caller.js';
import { GrantRow, holderOf, KeyTable } from '../key/index.js';
import { refusal } from '../refusal.js';

const USUAL_LIMIT = 100;
const HIGHEST_LIMIT = 1000;

export interface GrantPage {
  readonly grants: readonly GrantRow[];
  /** Empty on the last page. */
  readonly nextMarker: string;
  readonly total: number;
}

/** Grants that hold, by id. */
export class GrantListing {
  constructor(private readonly keys: KeyTable) {}

  async ofKey(caller: Caller, keyId: string, page: { limit: string; marker: string }): Promise<GrantPage> {
    const { id } = await this.keys.require(caller, keyId);
    return this.page(this.grants().where('held.keyId = :id', { id }), page);
  }

  /** Those that the caller may retire, on whosever keys they are. */
  async retirable(caller: Caller, page: { limit: string; marker: string }): Promise<GrantPage> {
    const { userId, domainId, throughAgency } = holderOf(caller);
    const asAccount = `held.granteeType = 'domain' AND held.grantee = :domainId AND 'retire-grant' = ANY(held.operations)`;
    const asUser = `held.issuer = :userId OR held.retiring = :userId OR (held.granteeType = 'user' AND held.grantee = :userId AND 'retire-grant' = ANY(held.operations))`;
    const mine = new Brackets((where) => (throughAgency ? where.where(asAccount, { domainId }) : where.where(asAccount, { domainId }).orWhere(asUser, { userId })));
    return this.page(this.grants().where(mine), page);
  }

  private async page(matching: SelectQueryBuilder<GrantRow>, { limit: wanted, marker }: { limit: string; marker: string }): Promise<GrantPage> {
    const limit = wanted === '' ? USUAL_LIMIT : /^\d{1,4}$/.test(wanted) ? Number(wanted) : 0;
    if (limit < 1 || limit > HIGHEST_LIMIT) throw refusal('invalid', 'KMS.1601', 'INVALID_LIMIT', `The limit is invalid: it is a number from 1 to ${HIGHEST_LIMIT}.`);
    if (!/^(?:[0-9a-f]{64})?$/.test(marker)) throw refusal('invalid', 'KMS.1602', 'INVALID_MARKER', 'The marker is invalid: it is the next_marker of an answer.');
    const total = await matching.getCount();
    if (marker !== '') matching.andWhere('held.id > :marker', { marker });
    // One more than asked for tells whether there are more.
    const found = await matching.orderBy('held.id').limit(limit + 1).getMany();
    const grants = found.slice(0, limit);
    return { grants, total, nextMarker: found.length > limit ? (grants.at(-1)?.id ?? '') : '' };
  }

  private grants(): SelectQueryBuilder<GrantRow> {
    return this.keys.manager.createQueryBuilder(GrantRow, 'held');
  }
}
