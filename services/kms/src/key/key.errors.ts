import { howToRaise } from '@windlass/accounts';
import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function invalidKeyId(): WindlassError {
  return refusal('invalid', 'KMS.0205', 'INVALID_KEY_ID', 'The key_id is invalid: it is a UUID of 36 characters.');
}

export function keyNotFound(): WindlassError {
  return refusal('not_found', 'KMS.0207', 'KEY_NOT_FOUND', 'The key does not exist.');
}

export function keyDisabled(): WindlassError {
  return refusal('forbidden', 'KMS.0209', 'KEY_DISABLED', 'The key is disabled. Enable it to use it.');
}

export function invalidAlias(): WindlassError {
  return refusal('invalid', 'KMS.1101', 'INVALID_ALIAS', 'The key_alias is invalid: it has 1 to 255 letters, digits, ":", "/", "_" and "-".');
}

export function reservedAlias(): WindlassError {
  return refusal('invalid', 'KMS.1101', 'RESERVED_ALIAS', 'The key_alias is invalid: aliases that end in "/default" belong to the keys that services make.');
}

export function invalidDescription(): WindlassError {
  return refusal('invalid', 'KMS.1103', 'INVALID_DESCRIPTION', 'The key_description is invalid: it has at most 255 characters.');
}

export function aliasTaken(alias: string): WindlassError {
  return refusal('invalid', 'KMS.1104', 'ALIAS_EXISTS', `The alias already exists: ${alias}.`);
}

export function tooManyKeys(limit: number, domainId: string): WindlassError {
  return refusal(
    'quota_exceeded',
    'KMS.1105',
    'KEY_QUOTA',
    `The number of keys exceeds the quota. ${howToRaise('CMK', limit, domainId)}`,
  );
}

export function keyNotDisabled(): WindlassError {
  return refusal('invalid', 'KMS.1201', 'KEY_NOT_DISABLED', 'The key is not disabled.');
}

export function keyNotEnabled(): WindlassError {
  return refusal('invalid', 'KMS.1301', 'KEY_NOT_ENABLED', 'The key is not enabled.');
}

export function keyPendingDeletion(): WindlassError {
  return refusal('forbidden', 'KMS.0210', 'KEY_PENDING_DELETION', 'The key is to be deleted. Cancel its deletion and enable it to use it.');
}

export function notForDefaultKeys(): WindlassError {
  return refusal('forbidden', 'KMS.0211', 'DEFAULT_KEY', 'The key is the default key of a service: it can be used, and not be changed, disabled, rotated or deleted.');
}

export function invalidPendingDays(fewest: number, most: number): WindlassError {
  return refusal('invalid', 'KMS.1401', 'INVALID_PENDING_DAYS', `The pending_days are invalid: they are a number from ${fewest} to ${most}.`);
}

export function alreadyPendingDeletion(): WindlassError {
  return refusal('invalid', 'KMS.1402', 'ALREADY_PENDING_DELETION', 'The deletion of the key is scheduled already. Cancel it to schedule another.');
}

export function notPendingDeletion(): WindlassError {
  return refusal('invalid', 'KMS.1501', 'NOT_PENDING_DELETION', 'The key is not to be deleted.');
}

export function importedKeysDoNotRotate(): WindlassError {
  return refusal('invalid', 'KMS.0312', 'IMPORTED_KEYS_DO_NOT_ROTATE', 'The material of the key was imported: the platform makes no other. Create a new key and import new material into it.');
}

export function rotationOff(): WindlassError {
  return refusal('invalid', 'KMS.0313', 'ROTATION_OFF', 'The rotation of the key is not enabled.');
}

export function rotationNotDisabled(): WindlassError {
  return refusal('invalid', 'KMS.2901', 'ROTATION_NOT_DISABLED', 'The rotation of the key is enabled already.');
}

export function invalidRotationInterval(shortest: number, longest: number): WindlassError {
  return refusal('invalid', 'KMS.3001', 'INVALID_ROTATION_INTERVAL', `The rotation_interval is invalid: it is a number from ${shortest} to ${longest}, in days.`);
}

export function tooManyRotations(versions: number): WindlassError {
  return refusal('quota_exceeded', 'KMS.0308', 'TOO_MANY_ROTATIONS', `The key has ${versions} versions of its material, the most that rotations on demand may bring a key to. Make a new key.`);
}
