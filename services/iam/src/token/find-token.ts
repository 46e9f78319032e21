import type { EntityManager } from 'typeorm';
import { ProjectRow } from '../project/index.js';
import type { TokenHolder } from './token-holder.js';
import { TokenRow } from './token.entity.js';
import { hashToken } from './token-value.js';

/** A token that was issued and not revoked; whether it still holds is another question. */
export interface FoundToken {
  readonly row: TokenRow;
  readonly holder: TokenHolder;
  /** Nothing for a token of the whole account. */
  readonly project: ProjectRow | undefined;
}

/** The token of this value; nothing when it was never issued, was revoked, or ended with what it belonged to. */
export async function findToken(manager: EntityManager, value: string): Promise<FoundToken | undefined> {
  const row = await manager
    .createQueryBuilder(TokenRow, 'token')
    .leftJoinAndSelect('token.user', 'user')
    .leftJoinAndSelect('user.account', 'account')
    .leftJoinAndSelect('token.agency', 'agency')
    .leftJoinAndSelect('agency.account', 'lender')
    .where('token.tokenHash = :hash', { hash: hashToken(value) })
    .getOne();
  const holder = row === null ? undefined : holderOf(row);
  if (row === null || holder === undefined) return undefined;
  if (row.projectId === null) return { row, holder, project: undefined };
  const project = await manager.findOneBy(ProjectRow, { projectId: row.projectId });
  return project === null ? undefined : { row, holder, project };
}

function holderOf({ userId, user, agencyId, agency }: TokenRow): TokenHolder | undefined {
  if (userId !== null && user === null) return undefined;
  if (agencyId === null) return user === null ? undefined : { kind: 'user', user };
  return agency === null ? undefined : { kind: 'agency', agency, assumedBy: user ?? undefined };
}
