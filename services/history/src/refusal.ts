import { WindlassError, type ErrorKind } from '@windlass/errors';

export function refusal(kind: ErrorKind, code: `CTS.${string}`, reason: string, message: string, retryAfterSeconds?: number): WindlassError {
  return new WindlassError({ kind, code, reason, message, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
}
