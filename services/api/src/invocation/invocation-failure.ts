import type { InvocationFailure } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError, type ErrorKind } from '@windlass/errors';

// Numbers of the documented data plane, by whose fault they are. Explained for callers in docs/errors.md.
const KIND_OF_NUMBER: ReadonlyMap<number, ErrorKind> = new Map([
  // The tenant's function: it did not start, died, misbehaved or outgrew its limits.
  [4001, 'function_failed'],
  [4002, 'function_failed'],
  [4004, 'function_failed'],
  [4007, 'function_failed'],
  [4009, 'function_failed'],
  [4201, 'function_failed'],
  [4205, 'function_failed'],
  [4207, 'function_failed'],
  [4211, 'function_failed'],
  [4222, 'function_failed'],
  // Limits of time, size and rate.
  [4010, 'timeout'],
  [4140, 'too_large'],
  [4021, 'throttled'],
  [150429, 'throttled'],
  [150432, 'throttled'],
  // The function cannot be called as it stands.
  [4024, 'not_found'],
  [150424, 'not_found'],
  [150434, 'precondition_failed'],
  // The platform has no instance to offer right now.
  [4011, 'unavailable'],
  [4014, 'unavailable'],
  [6001, 'unavailable'],
  [150430, 'unavailable'],
  // A number for several reasons, of which all but one pass by themselves.
  [500, 'unavailable'],
  // What could not be written as an HTTP request.
  [400, 'invalid'],
  // The account that owns the function is suspended or closed.
  [403, 'forbidden'],
]);

/** Reasons that share their number with failures of another fault: the worker's own mistake, and sandboxes it could not make. */
const KIND_OF_REASON: ReadonlyMap<string, ErrorKind> = new Map([
  ['WORKER_FAILED', 'internal'],
  ['SANDBOX_FAILED', 'unavailable'],
  ['ABORTED', 'unavailable'],
]);

/** Numbers that callers may meet, in the order of the table. */
export const FAILURE_NUMBERS: readonly number[] = [...KIND_OF_NUMBER.keys()];

/** A worker's failure as an error of the API. An unknown number is the function's when it is of the 4000s, else ours. */
export function invocationError(failure: InvocationFailure): WindlassError {
  const { code, reason, message, retry_after_seconds } = failure;
  const known = retry_after_seconds > 0 ? { retryAfterSeconds: retry_after_seconds } : {};
  return new WindlassError({ kind: kindOf(code, reason), reason, code: `FSS.${code}`, message, ...known });
}

function kindOf(code: number, reason: string): ErrorKind {
  return KIND_OF_REASON.get(reason) ?? KIND_OF_NUMBER.get(code) ?? (code >= 4000 && code < 5000 ? 'function_failed' : 'internal');
}
