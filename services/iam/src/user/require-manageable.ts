import { WindlassError } from '@windlass/errors';
import type { Caller } from '../caller.js';
import { isOwner, type UserRow } from './user.entity.js';

/**
 * Leaves the owner of an account to itself: whoever may manage users could otherwise set the owner's password, or make
 * an access key for it, and so get every permission there is.
 */
export function requireManageable(caller: Caller, row: UserRow): void {
  if (!isOwner(row) || (row.userId === caller.userId && caller.principal.agency_id === '')) return;
  throw new WindlassError({
    kind: 'forbidden',
    reason: 'OWNER_PROTECTED',
    code: 'IAM.0002',
    message: 'The owner of an account is managed by itself only.',
  });
}
