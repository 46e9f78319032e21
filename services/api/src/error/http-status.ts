import type { ErrorKind } from '@windlass/errors';

/** The one place where a kind of failure becomes an HTTP status. Explained for callers in docs/errors.md. */
export const HTTP_STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  quota_exceeded: 403,
  not_found: 404,
  not_acceptable: 406,
  timeout: 408,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  // The request was right, but the tenant's own function, on which its answer depends, failed.
  function_failed: 424,
  throttled: 429,
  internal: 500,
  unavailable: 503,
};
