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
