import { WindlassError, type ErrorKind } from '@windlass/errors';

/** An error of the documented API. `code` is its number ("FSS.1051"), `message` what the caller should do about it. */
export function refusal(kind: ErrorKind, code: `FSS.${string}`, reason: string, message: string): WindlassError {
  return new WindlassError({ kind, code, reason, message });
}
