import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import type { KeyEvent, KeyOrigin } from './key.events.js';

export type ImportCommand =
  /** `expiresAt` null: never. */
  | { readonly kind: 'import_material'; readonly expiresAt: Date | null; readonly at: Date }
  | { readonly kind: 'delete_material' }
  /** What the clock asks for: nothing happens when it is not due. */
  | { readonly kind: 'expire_material'; readonly at: Date };

export interface KeyWithMaterial {
  readonly status: 'enabled' | 'disabled' | 'pending_import' | 'pending_deletion';
  readonly origin: KeyOrigin;
  readonly hasMaterial: boolean;
  /** RFC 3339; null when it does not expire. */
  readonly materialExpiresAt: string | null;
}

export function decideImport(key: KeyWithMaterial, command: ImportCommand): readonly KeyEvent[] {
  switch (command.kind) {
    case 'import_material':
      requireImportable(key);
      if (command.expiresAt !== null && command.expiresAt <= command.at) throw expiresInThePast();
      return [{ type: 'KeyMaterialImported', data: { materialExpiresAt: command.expiresAt?.toISOString() ?? null } }];
    case 'delete_material':
      requireImported(key);
      if (key.status !== 'enabled' && key.status !== 'disabled') throw materialNotDeletable();
      return removed('deleted', key);
    case 'expire_material':
      return key.hasMaterial && key.materialExpiresAt !== null && Date.parse(key.materialExpiresAt) <= command.at.getTime() ? removed('expired', key) : [];
    default:
      return command satisfies never;
  }
}

/** Fails with KMS.0309 for a key whose material was made here, and with KMS.0310 for one that awaits none. */
export function requireImportable(key: Pick<KeyWithMaterial, 'origin'> & { readonly status: string }): void {
  requireImported(key);
  if (key.status !== 'pending_import') throw importNotAwaited();
}

/** A key that is to be deleted stays so without its material. */
function removed(cause: 'deleted' | 'expired', { status }: KeyWithMaterial): readonly KeyEvent[] {
  const gone: KeyEvent = { type: 'KeyMaterialRemoved', data: { cause } };
  return status === 'pending_deletion' ? [gone] : [gone, { type: 'KeyImportAwaited', data: {} }];
}

function requireImported({ origin }: Pick<KeyWithMaterial, 'origin'>): void {
  if (origin !== 'external') throw refusal('invalid', 'KMS.0309', 'KEY_NOT_IMPORTED', 'The material of the key was made by the platform. Create a key with origin external to import material of your own.');
}

export function importAwaited(): WindlassError {
  return refusal('forbidden', 'KMS.0311', 'IMPORT_AWAITED', 'The key has no material yet, or none any more: it is to be imported, or its time has passed. Import it to use the key.');
}

function importNotAwaited(): WindlassError {
  return refusal('invalid', 'KMS.0310', 'IMPORT_NOT_AWAITED', 'The key does not await material: its key_state is not 5. Delete the material it has to import it again.');
}

function expiresInThePast(): WindlassError {
  return refusal('invalid', 'KMS.2602', 'EXPIRATION_IN_THE_PAST', 'The expiration_time is invalid: it is a time to come, in seconds since 1970.');
}

function materialNotDeletable(): WindlassError {
  return refusal('invalid', 'KMS.2701', 'MATERIAL_NOT_DELETABLE', 'Material is deleted of keys that are enabled or disabled.');
}
