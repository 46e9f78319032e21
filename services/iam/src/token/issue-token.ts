import { LessThanOrEqual, type EntityManager } from 'typeorm';
import type { ProjectRow } from '../project/index.js';
import { idsOf, type TokenHolder } from './token-holder.js';
import { hashToken, newTokenValue } from './token-value.js';
import { TokenRow, type TokenMethod } from './token.entity.js';

export interface IssuedToken {
  /** Known to the caller only: the service keeps its hash. */
  readonly value: string;
  readonly holder: TokenHolder;
  /** Nothing for a token of the whole account. */
  readonly project: ProjectRow | undefined;
  readonly methods: readonly TokenMethod[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Issues a token in the caller's transaction. */
export async function issueToken(manager: EntityManager, token: Omit<IssuedToken, 'value'>): Promise<IssuedToken> {
  const value = newTokenValue();
  const { project, methods, issuedAt, expiresAt } = token;
  const ids = idsOf(token.holder);
  // Whoever gets a token clears away its own that have expired, so the table holds a day of log-ins a user or agency.
  const own = ids.agencyId === null ? { userId: ids.userId ?? '' } : { agencyId: ids.agencyId };
  await manager.delete(TokenRow, { ...own, expiresAt: LessThanOrEqual(issuedAt) });
  const row = { tokenHash: hashToken(value), ...ids, projectId: project?.projectId ?? null, methods: [...methods] };
  await manager.insert(TokenRow, { ...row, issuedAt, expiresAt });
  return { ...token, value };
}
