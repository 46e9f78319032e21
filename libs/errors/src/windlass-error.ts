import type { ErrorKind } from './error-kind.js';

const MARK = Symbol.for('windlass.error');

/**
 * An error whose message the caller may read. `kind` is for the edge, `reason` for programs, `code` is the documented
 * API's own number ("FSS.1051"), `cause` stays in our logs. `retryAfterSeconds` says when the same call may succeed, where that is known.
 */
export class WindlassError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(init: { kind: ErrorKind; reason: string; code: string; message: string; retryAfterSeconds?: number; cause?: unknown }) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'WindlassError';
    this.kind = init.kind;
    this.reason = init.reason;
    this.code = init.code;
    this.retryAfterSeconds = init.retryAfterSeconds;
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Recognises the error by its mark, so that two installed copies of this package still agree. */
export function isWindlassError(value: unknown): value is WindlassError {
  return typeof value === 'object' && value !== null && MARK in value;
}

/** What a caller is told when the fault is ours: nothing but that, with the cause kept for the log. */
export function internalError(cause: unknown): WindlassError {
  return new WindlassError({
    kind: 'internal',
    reason: 'INTERNAL',
    code: '0500',
    message: 'The platform failed to serve this request. The request id finds the cause in its logs.',
    cause,
  });
}
