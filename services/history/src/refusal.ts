import { WindlassError, type ErrorKind } from '@windlass/errors';

export function refusal(kind: ErrorKind, code: `CTS.${string}`, reason: string, message: string): WindlassError {
  return new WindlassError({ kind, code, reason, message });
}
