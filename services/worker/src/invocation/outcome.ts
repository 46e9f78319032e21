import type { AccountStatus } from '@windlass/accounts';
import { howToRaise } from '@windlass/accounts/quota-types';
import { MAX_BODY_BYTES, type BodyProblem, type Failure, type Fault, type UpgradeEnd } from '@windlass/function-exchange';
import type { AnswerLimit } from './choose-delivery.js';
import { describeProcessEnd, type InstanceExit, type StartFailure, type StartFailureReason } from '../instance/index.js';

/** Everything an invocation can end in other than the function's own answer. */
export type FailedOutcome =
  // Before the function was reached.
  | { readonly kind: 'FUNCTION_UNKNOWN' }
  | { readonly kind: 'FUNCTION_DISABLED' }
  | { readonly kind: 'ACCOUNT_NOT_ACTIVE'; readonly status: Exclude<AccountStatus, 'active'> }
  /** It has as many requests in hand as its quota fgs_func_qos_limit says. */
  | { readonly kind: 'ACCOUNT_AT_LIMIT'; readonly domainId: string; readonly limit: number }
  | { readonly kind: 'CATALOG_UNAVAILABLE' }
  | { readonly kind: 'CODE_UNAVAILABLE' }
  /** A customer's key that the code or the environment lies under cannot be used; `detail` is a sentence that names it and says why. */
  | { readonly kind: 'KEY_UNUSABLE'; readonly detail: string }
  /** The function's agency may not use it. */
  | { readonly kind: 'KEY_AGENCY_UNUSABLE'; readonly detail: string }
  /** What lies encrypted is not what was encrypted for this version. */
  | { readonly kind: 'SEAL_BROKEN' }
  /** No place in memory for code that must not lie on a disk: none at all, or none left. */
  | { readonly kind: 'CODE_MEMORY_MISSING'; readonly missing: string }
  | { readonly kind: 'CODE_MEMORY_FULL'; readonly limitMb: number }
  /** The agency whose credentials the request should bring is gone, expired, or no longer trusts FunctionGraph. */
  | { readonly kind: 'AGENCY_UNUSABLE'; readonly agency: string }
  | { readonly kind: 'CREDENTIALS_UNAVAILABLE' }
  | { readonly kind: 'START_FAILED'; readonly failure: StartFailure }
  /** The last starts failed, or instances crashed, in a row: none is started for a while. */
  | { readonly kind: 'CRASH_LOOP'; readonly last: FailedOutcome; readonly failures: number; readonly retryAfterMs: number }
  | { readonly kind: 'QUEUE_FULL'; readonly scope: 'function' | 'worker'; readonly queueLength: number }
  /** Refused before it waited: too many wait already, as long as requests of this function run. */
  | { readonly kind: 'WAIT_TOO_LONG'; readonly expectedMs: number; readonly waitMs: number; readonly maxInstances: number }
  | { readonly kind: 'NO_INSTANCE_IN_TIME'; readonly waitedMs: number; readonly blockedBy: 'function-limit' | 'worker' }
  | { readonly kind: 'WORKER_STOPPING' }
  /** A mistake of ours; the log of the worker has its cause. */
  | { readonly kind: 'WORKER_FAILED' }
  // The request itself.
  | BodyProblem
  | { readonly kind: 'CALLER_GONE' }
  // While the function had it.
  /** The time for the whole request is over; `setBy` tells whose limit was the smaller one. */
  | { readonly kind: 'TIMED_OUT'; readonly timeoutMs: number; readonly setBy: 'function' | 'route' }
  | { readonly kind: 'CONNECT_TIMED_OUT'; readonly limitMs: number }
  | { readonly kind: 'FIRST_BYTE_TIMED_OUT'; readonly limitMs: number }
  | { readonly kind: 'IDLE_TIMED_OUT'; readonly limitMs: number }
  /** The time is over too, but it was spent waiting for the caller: for the rest of its request, or for it to take the answer. */
  | { readonly kind: 'REQUEST_STALLED'; readonly timeoutMs: number }
  | { readonly kind: 'CALLER_STALLED'; readonly timeoutMs: number }
  /** An upgraded connection that we closed. */
  | { readonly kind: 'UPGRADE_ENDED'; readonly end: Exclude<UpgradeEnd, { readonly kind: 'closed' }> }
  | { readonly kind: 'PROCESS_ENDED'; readonly exit: InstanceExit; readonly stderrTail: readonly string[] }
  | { readonly kind: 'CONNECTION_LOST'; readonly detail: string; readonly stderrTail: readonly string[] }
  | { readonly kind: 'RESPONSE_MALFORMED'; readonly detail: string }
  | { readonly kind: 'RESPONSE_TOO_LARGE'; readonly bodyBytes: number; readonly limit: AnswerLimit };

/** When to try again where nothing better is known: soon, as what is in the way changes with each request that ends. */
const RETRY_SECONDS = 1;
/** The same where the platform itself has to recover. */
const RECOVERY_SECONDS = 5;

/** Says of each outcome which number it has, whose fault it is and what the caller is answered. */
export function judge(outcome: FailedOutcome): Failure {
  switch (outcome.kind) {
    case 'FUNCTION_UNKNOWN':
      return verdict(outcome, 4024, 'caller', 404, 'The function or this version of it does not exist.');
    case 'FUNCTION_DISABLED':
      return verdict(outcome, 150434, 'caller', 403, 'The function is disabled: its maximum number of instances is 0. Raise max_instance_num to enable it.');
    case 'ACCOUNT_NOT_ACTIVE':
      return verdict(outcome, 403, 'caller', 403, `The account that owns the function is ${outcome.status}.`);
    case 'ACCOUNT_AT_LIMIT': {
      const remedy = howToRaise('fgs_func_qos_limit', outcome.limit, outcome.domainId);
      return verdict(outcome, 4021, 'caller', 429, `The account has as many requests running as it may. ${remedy}`);
    }
    case 'CATALOG_UNAVAILABLE':
      return unavailable(outcome, 'The platform could not read the definition of the function. Try again.');
    case 'CODE_UNAVAILABLE':
      return unavailable(outcome, 'The platform could not fetch the code package of the function. Try again.');
    case 'KEY_UNUSABLE':
      return verdict(outcome, 4201, 'function', 502, `The function cannot be started: ${outcome.detail}`);
    case 'KEY_AGENCY_UNUSABLE':
      return verdict(outcome, 4222, 'function', 502, `The function cannot be started: ${outcome.detail}`);
    case 'SEAL_BROKEN':
      return verdict(outcome, 4201, 'platform', 503, 'The encrypted code or environment of the function does not open: it was altered, or belongs to something else. Upload it again, and tell the platform\'s operator.');
    case 'CODE_MEMORY_MISSING':
      return verdict(outcome, 6001, 'platform', 503, `The function's code is encrypted and may lie in memory only, for which this worker has no place: ${outcome.missing}. Ask the platform's operator for one (WINDLASS_WORKER_MEMORY_DIR).`);
    case 'CODE_MEMORY_FULL':
      return unavailable(outcome, `The decrypted code of functions takes the ${outcome.limitMb} MB of memory that this worker has for it. Try again, make the package smaller, or have the operator raise WINDLASS_WORKER_SEALED_CODE_MB.`);
    case 'AGENCY_UNUSABLE':
      return verdict(outcome, 4222, 'function', 502, `The function has no credentials: its agency ${outcome.agency} is gone, expired, or does not trust op_svc_cff. Restore it, or give the function another.`);
    case 'CREDENTIALS_UNAVAILABLE':
      return unavailable(outcome, 'The platform could not issue the credentials of the function. Try again.');
    case 'START_FAILED':
      return judgeStart(outcome.failure);
    case 'CRASH_LOOP':
      // Nothing crashed, and what is wrong is said as before.
      return isAboutKeys(outcome.last) ? judge(outcome.last) : judgeCrashLoop(judge(outcome.last), outcome.failures, outcome.retryAfterMs);
    case 'QUEUE_FULL':
      return outcome.scope === 'function'
        ? verdict(outcome, 4021, 'caller', 429, `${outcome.queueLength} requests already wait for an instance of this function. Send fewer at once.`)
        : verdict(outcome, 150430, 'platform', 503, `${outcome.queueLength} requests already wait for an instance of this worker. Try again.`);
    case 'WAIT_TOO_LONG': {
      const { expectedMs, waitMs, maxInstances } = outcome;
      const message = `All ${maxInstances} instances the function may have are busy, and the request would wait for about ${expectedMs} ms, longer than the ${waitMs} ms it may. Raise max_instance_num or concurrent_num.`;
      return { ...verdict(outcome, 150429, 'caller', 429, message), retryAfterSeconds: seconds(expectedMs - waitMs) };
    }
    case 'NO_INSTANCE_IN_TIME':
      return outcome.blockedBy === 'function-limit'
        ? verdict(outcome, 150429, 'caller', 429, `All instances the function may have were busy for ${outcome.waitedMs} ms. Raise max_instance_num or concurrent_num.`)
        : verdict(outcome, 150430, 'platform', 503, `No instance was free within ${outcome.waitedMs} ms. Try again.`);
    case 'WORKER_STOPPING':
      return unavailable(outcome, 'This worker is shutting down. Try again.');
    case 'WORKER_FAILED':
      return verdict(outcome, 500, 'platform', 500, 'The platform failed to serve this request. The request id finds the cause in its logs.');
    case 'REQUEST_TOO_LARGE':
      return verdict(outcome, 4140, 'caller', 413, `The request body exceeds the limit of ${MAX_BODY_BYTES} bytes.`);
    case 'REQUEST_MALFORMED':
      return verdict(outcome, 400, 'caller', outcome.status, outcome.detail);
    case 'CALLER_GONE':
      return verdict(outcome, 400, 'caller', 400, 'The caller closed the connection before it had the answer.');
    case 'TIMED_OUT': {
      const [limit, remedy] = outcome.setBy === 'function' ? ['the function', 'Raise timeout of the function'] : ['its trigger', 'Raise the timeout of the trigger'];
      return verdict(outcome, 4010, 'function', 504, `call request timed out after ${outcome.timeoutMs / 1000}s, the timeout of ${limit}. ${remedy}, or answer sooner.`);
    }
    case 'CONNECT_TIMED_OUT':
      return verdict(outcome, 4010, 'function', 504, `The function accepted no connection on its port for ${inSeconds(outcome.limitMs)}: its backlog is full. Lower concurrent_num, let it accept faster, or have the operator raise WINDLASS_WORKER_CONNECT_SECONDS.`);
    case 'FIRST_BYTE_TIMED_OUT':
      return verdict(outcome, 4010, 'function', 504, `The function sent no byte of an answer for ${inSeconds(outcome.limitMs)} after it had the whole request. Answer sooner, or have the operator raise WINDLASS_WORKER_FIRST_BYTE_SECONDS.`);
    case 'IDLE_TIMED_OUT':
      return verdict(outcome, 4010, 'function', 504, `The function was silent for ${inSeconds(outcome.limitMs)} within the request or its answer. Send something in between, or have the operator raise WINDLASS_WORKER_SILENCE_SECONDS.`);
    case 'REQUEST_STALLED':
      return verdict(outcome, 400, 'caller', 408, `The request did not arrive whole within ${inSeconds(outcome.timeoutMs)}, the time there is for it and its answer. Send it faster.`);
    case 'CALLER_STALLED':
      return verdict(outcome, 400, 'caller', 408, `The caller did not take the whole answer within ${inSeconds(outcome.timeoutMs)}, the time there is for the request and its answer. Read it faster.`);
    case 'UPGRADE_ENDED': {
      const { kind, limitMs, setting } = outcome.end;
      const what = kind === 'silent' ? `was silent for ${inSeconds(limitMs)}. Send something in between` : `lasted ${inSeconds(limitMs)}. Connect again`;
      return verdict(outcome, 4010, 'function', 504, `The upgraded connection was closed: it ${what}, or have the operator raise ${setting}.`);
    }
    case 'PROCESS_ENDED':
      return judgeEnd(outcome.exit, outcome.stderrTail);
    case 'CONNECTION_LOST':
      return verdict(outcome, 4002, 'function', 502, withTail(`The function closed its connection before its answer was complete (${outcome.detail}).`, outcome.stderrTail));
    case 'RESPONSE_MALFORMED':
      return verdict(outcome, 4007, 'function', 502, `The function's answer is not valid HTTP/1.1: ${outcome.detail}`);
    case 'RESPONSE_TOO_LARGE':
      return verdict(outcome, 4004, 'function', 502, `response body size ${outcome.bodyBytes} exceeds the limit of ${outcome.limit.bytes}. ${howToAnswerMore(outcome.limit)}`);
    default:
      return outcome satisfies never;
  }
}

/** Whether a start failed for want of a customer's key or of the permission to use it, which may come any moment. */
export function isAboutKeys({ kind }: FailedOutcome): boolean {
  return kind === 'KEY_UNUSABLE' || kind === 'KEY_AGENCY_UNUSABLE';
}

function verdict(outcome: FailedOutcome, code: number, fault: Fault, httpStatus: number, message: string): Failure {
  const failure = { code, reason: outcome.kind, fault, httpStatus, message };
  return mayPass(httpStatus) ? { ...failure, retryAfterSeconds: RETRY_SECONDS } : failure;
}

/** The platform has to recover first. */
function unavailable(outcome: FailedOutcome, message: string): Failure {
  return { ...verdict(outcome, 500, 'platform', 503, message), retryAfterSeconds: RECOVERY_SECONDS };
}

/** Whether the status says that the same request may succeed later. */
function mayPass(httpStatus: number): boolean {
  return httpStatus === 429 || httpStatus === 503;
}

const PLATFORM_REASONS: readonly StartFailureReason[] = ['SANDBOX_FAILED', 'ISOLATION_UNAVAILABLE', 'ABORTED'];

function judgeStart(failure: StartFailure): Failure {
  const { code, reason } = failure;
  const message = withTail(failure.message, failure.stderrTail);
  return PLATFORM_REASONS.includes(reason)
    ? { code, reason, fault: 'platform', httpStatus: 503, message, retryAfterSeconds: RECOVERY_SECONDS }
    : { code, reason, fault: 'function', httpStatus: 502, message };
}

/** The circuit is open: the caller hears the failure that opened it. */
function judgeCrashLoop(last: Failure, failures: number, retryAfterMs: number): Failure {
  const retryAfterSeconds = seconds(retryAfterMs);
  const message = `No instance is started for another ${retryAfterSeconds} s, after ${failures} failures in a row. ${last.message}`;
  return { ...last, reason: 'CRASH_LOOP', httpStatus: 503, message, retryAfterSeconds };
}

function howToAnswerMore({ kind }: AnswerLimit): string {
  switch (kind) {
    case 'whole':
      return 'Set is_return_stream of the function: then its answers are streamed and may be larger.';
    case 'streamed':
      return 'Answer in parts, or have the operator raise WINDLASS_WORKER_MAX_STREAMED_MB.';
    case 'collected':
      return 'A call through the API takes no more: call the URL of a trigger, where the function streams.';
    default:
      return kind satisfies never;
  }
}

function inSeconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`;
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000));
}

function judgeEnd(exit: InstanceExit, stderrTail: readonly string[]): Failure {
  switch (exit.kind) {
    case 'OUT_OF_MEMORY':
      return {
        code: 4205,
        reason: 'OUT_OF_MEMORY',
        fault: 'function',
        httpStatus: 502,
        message: withTail(`The function needed more than its ${exit.memoryMb} MB of memory: raise memory_size or use less.`, stderrTail),
      };
    case 'EXITED':
    case 'SIGNALED':
      return {
        code: 4002,
        reason: 'PROCESS_EXITED',
        fault: 'function',
        httpStatus: 502,
        message: withTail(`The function's process ${describeProcessEnd(exit)} while it served the request.`, stderrTail),
      };
    case 'STOPPED':
      return { code: 500, reason: 'INSTANCE_STOPPED', fault: 'platform', httpStatus: 503, message: 'The instance was stopped while it served the request. Try again.', retryAfterSeconds: RETRY_SECONDS };
    default:
      return exit satisfies never;
  }
}

function withTail(sentence: string, stderrTail: readonly string[]): string {
  return stderrTail.length === 0 ? sentence : `${sentence} Last lines of stderr:\n${stderrTail.join('\n')}`;
}

/** An invocation that failed, on its way to whoever answers for it. */
export class InvocationError extends Error {
  constructor(readonly outcome: FailedOutcome) {
    super(outcome.kind);
    this.name = 'InvocationError';
  }
}
