import { refusal } from '../refusal.js';
import { importAwaited } from './imported-material.js';
import { keyDisabled, keyPendingDeletion } from './key.errors.js';
import type { KeyUsage } from './key-spec.js';
import type { KeyRow } from './key-table.js';

/** Fails with KMS.0308 for a key that is made for something else. */
export function requireUsage(row: KeyRow, usage: KeyUsage): void {
  if (row.keyUsage === usage) return;
  const advice = usage === 'SIGN_VERIFY' ? 'which signs nothing. Make one with key_usage SIGN_VERIFY' : 'which encrypts nothing. Make one of spec AES_256';
  throw refusal('invalid', 'KMS.0308', 'WRONG_KEY_USAGE', `The field key_id is invalid: the key is of spec ${row.keySpec}, ${advice}.`);
}

/** Fails when the key may not be used now, or not for that. Imported material ends at its time, whether or not it is erased yet. */
export function requireUsable(row: KeyRow, usage: KeyUsage, now = new Date()): void {
  requireUsage(row, usage);
  if (row.state === 'disabled') throw keyDisabled();
  if (row.state === 'pending_deletion') throw keyPendingDeletion();
  if (row.state === 'pending_import' || (row.materialExpiresAt !== null && row.materialExpiresAt <= now)) throw importAwaited();
}
