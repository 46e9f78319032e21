import { STATUS_CODES } from 'node:http';
import type { AccountStatus } from '@windlass/accounts';
import { type Failure, failureBody } from '@windlass/function-exchange';
import { type HeaderField, type Http1Error, serializeResponseHead } from '@windlass/http1';

/** An answer the gateway gives itself. Its message is for the caller: it names the limit, never anything internal. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** Number of the documented gateway error, "APIG.0101". */
    readonly code: string,
    message: string,
    /** When another try may do better, in seconds. Each refusal with status 429 or 503 tells it. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** For what passes as requests end, for what somebody has to repair, and for what its owner has to change. */
const SOON_SECONDS = 1;
const RECOVERY_SECONDS = 5;
const BY_HAND_SECONDS = 60;

export const refusals = {
  unknownApi: () => new Refusal(404, 'APIG.0101', 'The API does not exist or has not been published in the environment'),
  apiDisabled: () => new Refusal(503, 'APIG.0202', 'The trigger of this API is disabled. It answers when its owner enables it again.', BY_HAND_SECONDS),
  malformed: (error: Http1Error) => new Refusal(error.status, 'APIG.0201', error.message),
  bodyTooLarge: (maxBodyBytes: number) =>
    new Refusal(413, 'APIG.0201', `The request body is larger than ${maxBodyBytes} bytes, the most this gateway accepts.`),
  truncated: () => new Refusal(400, 'APIG.0201', 'The client ended its side of the connection before the end of its request.'),
  headTimeout: (ms: number) => new Refusal(408, 'APIG.0201', `The request header did not arrive within ${ms} milliseconds.`),
  bodyStalled: (ms: number) => new Refusal(408, 'APIG.0201', `No byte of the request body arrived for ${ms} milliseconds.`),
  tooManyConnections: (max: number) =>
    new Refusal(503, 'APIG.0201', `The gateway serves ${max} connections at once and has no room for another one. Try again.`, SOON_SECONDS),
  connectNotSupported: () => new Refusal(501, 'APIG.0607', 'The method CONNECT is not supported: this is not a forward proxy.'),
  noWorker: () => new Refusal(502, 'APIG.0202', 'No worker is reachable. Try again.'),
  workerBusy: (max: number) =>
    new Refusal(503, 'APIG.0202', `A worker takes ${max} connections of this gateway at once and all are in use. Try again.`, SOON_SECONDS),
  workerFailed: () => new Refusal(502, 'APIG.0202', 'The worker ended the connection before its answer was complete.'),
  workerMalformed: () => new Refusal(502, 'APIG.0202', 'The answer of the function is not valid HTTP/1.1.'),
  timedOut: (ms: number) => new Refusal(504, 'APIG.0203', `The function did not finish its answer within ${ms} milliseconds, the timeout of this API.`),
  unauthenticated: (reason: string) => new Refusal(401, 'APIG.0301', reason),
  forbidden: () => new Refusal(403, 'APIG.0302', 'The caller does not belong to the account that owns this API.'),
  accountNotActive: (status: Exclude<AccountStatus, 'active'>) => new Refusal(403, 'APIG.0306', `The account that owns this API is ${status}.`),
  authenticationBusy: () => new Refusal(503, 'APIG.0601', 'Too many requests wait for their credentials to be checked. Try again.', SOON_SECONDS),
  authenticationDown: () => new Refusal(503, 'APIG.0601', 'Credentials cannot be checked at the moment. Try again.', RECOVERY_SECONDS),
  bodiesHeld: (max: number) =>
    new Refusal(503, 'APIG.0601', `Signed requests already hold as much of ${max} bytes, the most this gateway keeps, that there is no room for this body. Try again.`, SOON_SECONDS),
  catalogBusy: () => new Refusal(503, 'APIG.0601', 'Too many unknown APIs are being looked up. Try again.', SOON_SECONDS),
  catalogDown: () => new Refusal(503, 'APIG.0601', 'The API is not known here yet and cannot be looked up at the moment. Try again.', RECOVERY_SECONDS),
  internal: () => new Refusal(500, 'APIG.0601', 'The gateway failed to serve this request. The request id finds the cause in its logs.'),
} as const;

/** The whole response. `withBody` is false for HEAD: the header says what the body would be. */
export function refusalBytes(refusal: Refusal, requestId: string, options: { keepAlive: boolean; withBody: boolean }): Buffer {
  const body = Buffer.from(JSON.stringify({ error_code: refusal.code, error_msg: refusal.message, request_id: requestId }));
  const head = serializeResponseHead(refusal.status, STATUS_CODES[refusal.status] ?? '', [
    ['Date', new Date().toUTCString()],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
    ...retryAfter(refusal.retryAfterSeconds),
    ['X-Request-Id', requestId],
    ['Connection', options.keepAlive ? 'keep-alive' : 'close'],
  ]);
  return options.withBody ? Buffer.concat([head, body]) : head;
}

/** The same for what a worker says went wrong. */
export function failureBytes(failure: Failure, requestId: string, options: { keepAlive: boolean; withBody: boolean }): Buffer {
  const body = failureBody(failure, requestId);
  const head = serializeResponseHead(failure.httpStatus, STATUS_CODES[failure.httpStatus] ?? '', [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
    ['X-CFF-Request-Id', requestId],
    ['X-Func-Err-Code', String(failure.code)],
    ['X-Is-Func-Err', String(failure.fault === 'function')],
    ['X-Func-Err-Reason', failure.reason],
    ...retryAfter(failure.retryAfterSeconds),
    ['X-Request-Id', requestId],
    ['Connection', options.keepAlive ? 'keep-alive' : 'close'],
  ]);
  return options.withBody ? Buffer.concat([head, body]) : head;
}

function retryAfter(seconds: number | undefined): HeaderField[] {
  return seconds === undefined ? [] : [['Retry-After', String(seconds)]];
}
