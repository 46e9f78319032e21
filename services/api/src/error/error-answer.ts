import { STATUS_CODES } from 'node:http';
import { internalError, isWindlassError, WindlassError, type ErrorKind } from '@windlass/errors';
import type { ErrorFamily } from '../operation/index.js';
import { jsonAnswer, type HttpAnswer } from '../rest/http-answer.js';
import { HTTP_STATUS } from './http-status.js';

/** Where an error is shown: which API's shape and code prefix it takes. */
export interface ErrorPlace {
  readonly family: ErrorFamily;
  /** Put before codes that carry none; empty at the gateway level. */
  readonly prefix: string;
  readonly requestId: string;
}

const GATEWAY_PREFIX = 'APIGW';

/** `Retry-After` (RFC 9110, 10.2.3) of what passes by itself, where whoever refused the call does not know better. */
const USUAL_WAIT_SECONDS: Readonly<Partial<Record<ErrorKind, number>>> = { throttled: 1, unavailable: 1 };

/** The error a caller may see: anything unexpected, and the inside of an internal error, is replaced by one sentence. */
export function publicError(error: unknown): WindlassError {
  if (!isWindlassError(error)) return internalError(error);
  return error.kind === 'internal' ? internalError(error.cause ?? error) : error;
}

/** The shape of errors on a path that leads to no operation: clients of IAM v3 read Keystone errors only, there as well. */
export function familyOf(path: string): ErrorFamily {
  return path.startsWith('/v3/') ? 'keystone' : 'flat';
}

/** What the gateway says to bytes that never became a request. */
export function gatewayErrorBody({ status, message, path, requestId }: { status: number; message: string; path: string; requestId: string }): object {
  const error = new WindlassError({ kind: 'invalid', reason: 'REQUEST_REFUSED', code: `${GATEWAY_PREFIX}.0201`, message });
  return errorBody(error, status, { family: familyOf(path), prefix: '', requestId });
}

/** The HTTP form of a failure, in the shape of the API it belongs to. */
export function errorAnswer(failure: unknown, place: ErrorPlace): HttpAnswer {
  const error = publicError(failure);
  const status = HTTP_STATUS[error.kind];
  const answer = jsonAnswer(status, errorBody(error, status, place));
  const wait = waitBeforeRetry(error);
  return wait === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': String(wait) } };
}

/**
 * A code as callers see it: numbers that begin with 0 are of every service and get its prefix, or the gateway's when there is
 * none. IAM has codes of its own that are numbers without a prefix ("1101").
 */
export function fullCode(code: string, prefix: string): string {
  return /^0\d+$/.test(code) ? `${prefix === '' ? GATEWAY_PREFIX : prefix}.${code}` : code;
}

/** After how many seconds the same call may succeed; undefined when waiting helps nothing. */
export function waitBeforeRetry({ retryAfterSeconds, kind }: WindlassError): number | undefined {
  return retryAfterSeconds ?? USUAL_WAIT_SECONDS[kind];
}

function errorBody(error: WindlassError, status: number, place: ErrorPlace): object {
  const code = fullCode(error.code, place.prefix);
  if (place.family === 'keystone') return { error: { code: status, message: error.message, title: STATUS_CODES[status] } };
  const flat = { error_code: code, error_msg: error.message };
  // The real services stand behind a gateway, whose own errors keep its shape whatever the service behind it.
  if (code.startsWith(`${GATEWAY_PREFIX}.`)) return { ...flat, request_id: place.requestId };
  return place.family === 'wrapped' ? { error: flat } : flat;
}
