import type { AccountRow } from '../account/index.js';
import type { AgencyRow } from '../agency/index.js';
import type { Caller } from '../caller.js';
import type { UserRow } from '../user/index.js';

/** In whose name a token acts: a user, or an agency through which somebody, or a service of the platform, acts. */
export type TokenHolder =
  | { readonly kind: 'user'; readonly user: UserRow }
  | { readonly kind: 'agency'; readonly agency: AgencyRow; readonly assumedBy: UserRow | undefined };

/** The account a token acts in. */
export function accountOf(holder: TokenHolder): AccountRow {
  return holder.kind === 'user' ? holder.user.account : holder.agency.account;
}

/** The ids that a row keeps of a holder. */
export function idsOf(holder: TokenHolder): { readonly userId: string | null; readonly agencyId: string | null } {
  if (holder.kind === 'user') return { userId: holder.user.userId, agencyId: null };
  return { userId: holder.assumedBy?.userId ?? null, agencyId: holder.agency.agencyId };
}

/** Whether it is the caller itself. */
export function isCaller(holder: TokenHolder, { userId, principal: { agency_id: agencyId } }: Caller): boolean {
  return holder.kind === 'user' ? agencyId === '' && holder.user.userId === userId : holder.agency.agencyId === agencyId;
}
