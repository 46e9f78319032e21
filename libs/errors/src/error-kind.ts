/**
 * What kind of failure it is, said by the code that knows. The edge alone turns a kind into a transport status.
 *
 * - `invalid`: the request can never succeed as it stands.
 * - `unauthenticated`, `forbidden`: no valid credential; a valid one that may not do this.
 * - `quota_exceeded`: a limit of the account or project is used up.
 * - `not_found`: it does not exist, or the caller may not know that it does.
 * - `not_acceptable`, `gone`, `precondition_failed`, `conflict`: the state of the thing forbids it.
 * - `timeout`: the caller's function or request took longer than its limit.
 * - `too_large`, `throttled`: too much, too fast.
 * - `function_failed`: the tenant's own code failed; nobody's retry of ours helps.
 * - `unavailable`: a part of the platform is down; the same call may succeed later.
 * - `internal`: our mistake.
 */
export const ERROR_KINDS = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'quota_exceeded',
  'not_found',
  'not_acceptable',
  'timeout',
  'conflict',
  'gone',
  'precondition_failed',
  'too_large',
  'throttled',
  'function_failed',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

export function isErrorKind(value: string): value is ErrorKind {
  return (ERROR_KINDS as readonly string[]).includes(value);
}
