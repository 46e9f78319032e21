import { In } from 'typeorm';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { refusal } from '../refusal.js';
import { GrantRow } from './grant-row.js';
import { isGrantee, type GrantableOperation, type GrantHolder } from './key-grants.js';
import { invalidKeyId, keyNotFound } from './key.errors.js';
import { isKeyId, KeyRow, type KeyTable } from './key-table.js';

/** A key that a caller may do something with, and what lets it. */
export interface ReachedKey {
  readonly row: KeyRow;
  /** False: policies do. */
  readonly byGrant: boolean;
}

/** Keys for operations that a grant lets somebody do too: of the caller's project or, where granted, of any other. */
export class KeyAccess {
  constructor(private readonly keys: KeyTable) {}

  /** Fails with KMS.0207 when policies and grants reach no such key, whether or not there is one; with KMS.0307 when policies allow nothing. */
  async require(caller: Caller, id: string, operation: GrantableOperation): Promise<KeyRow> {
    return (await this.reach(caller, id, operation)).row;
  }

  async reach(caller: Caller, id: string, operation: GrantableOperation): Promise<ReachedKey> {
    const { projectId, principal } = caller;
    if (!isKeyId(id)) throw withoutPermission(caller) ?? invalidKeyId();
    const row = await this.keys.manager.findOneBy(KeyRow, { id });
    if (row !== null && row.projectId === projectId && reachesEnterpriseProject(principal, row.enterpriseProjectId)) return { row, byGrant: false };
    if (row !== null && (await this.isGranted(caller, row, operation))) return { row, byGrant: true };
    throw withoutPermission(caller) ?? keyNotFound();
  }

  private async isGranted(caller: Caller, { id }: KeyRow, operation: GrantableOperation): Promise<boolean> {
    const holder = holderOf(caller);
    // An agency has what its policies allow: what its whole account was granted goes no further than those.
    if (holder.throughAgency && withoutPermission(caller) !== undefined) return false;
    const grants = await this.keys.manager.findBy(GrantRow, { keyId: id, grantee: In([holder.userId, holder.domainId]) });
    return grants.some((grant) => isGrantee(grant, holder) && grant.operations.includes(operation));
  }
}

export function holderOf({ principal }: Pick<Caller, 'principal'>): GrantHolder {
  return { userId: principal.user_id, domainId: principal.domain_id, throughAgency: principal.agency_id !== '' };
}

/** What the edge would have said; undefined when policies allow the call. */
export function withoutPermission({ principal }: Pick<Caller, 'principal'>): Error | undefined {
  return principal.without_permission === '' ? undefined : refusal('forbidden', 'KMS.0307', 'ACTION_DENIED', principal.without_permission);
}
