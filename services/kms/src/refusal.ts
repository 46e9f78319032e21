import { WindlassError, type ErrorKind } from '@windlass/errors';

/** An error of the documented API. `code` is its number ("KMS.0207"), `message` what the caller should do about it. */
export function refusal(kind: ErrorKind, code: `KMS.${string}`, reason: string, message: string): WindlassError {
  return new WindlassError({ kind, code, reason, message });
}

/** A field of the request that can never be accepted as it stands. */
export function invalidField(field: string, rule: string): WindlassError {
  return refusal('invalid', 'KMS.0308', 'INVALID_FIELD', `The field ${field} is invalid: it ${rule}.`);
}
