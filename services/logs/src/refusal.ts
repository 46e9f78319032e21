import { WindlassError, type ErrorKind } from '@windlass/errors';

/** An error of the documented API. `code` is its number ("LTS.0009"), `message` what the caller should do about it. */
export function refusal(kind: ErrorKind, code: `LTS.${string}`, reason: string, message: string): WindlassError {
  return new WindlassError({ kind, code, reason, message });
}

/** A field of the request that can never be accepted as it stands. */
export function invalidField(field: string, rule: string): WindlassError {
  return refusal('invalid', 'LTS.0009', 'INVALID_REQUEST', `Failed to validate the request body: ${field} ${rule}.`);
}
