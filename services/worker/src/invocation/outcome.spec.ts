import { failureBody } from '@windlass/function-exchange';
import { StartFailure } from '../instance/index.js';
import { COLLECTED, WHOLE } from './choose-delivery.js';
import { judge, type FailedOutcome } from './outcome.js';

const start = (failure: StartFailure): FailedOutcome => ({ kind: 'START_FAILED', failure });

describe('the verdict on an outcome', () => {
  const table: [string, FailedOutcome, number, string, number][] = [
    ['an unknown function', { kind: 'FUNCTION_UNKNOWN' }, 4024, 'caller', 404],
    ['a disabled function', { kind: 'FUNCTION_DISABLED' }, 150434, 'caller', 403],
    ['an agency that cannot be used', { kind: 'AGENCY_UNUSABLE', agency: 'a' }, 4222, 'function', 502],
    ['credentials that are not to be had', { kind: 'CREDENTIALS_UNAVAILABLE' }, 500, 'platform', 503],
    ['a start that failed', start(new StartFailure({ reason: 'BOOTSTRAP_MISSING' })), 4201, 'function', 502],
    ['a start that timed out', start(new StartFailure({ reason: 'PORT_NOT_OPENED', timeoutMs: 3000 })), 4211, 'function', 502],
    ['memory used up at start', start(new StartFailure({ reason: 'OUT_OF_MEMORY', memoryMb: 128 })), 4205, 'function', 502],
    ['a sandbox that failed', start(new StartFailure({ reason: 'SANDBOX_FAILED', detail: 'x' })), 4201, 'platform', 503],
    ['an isolation class that is not to be had', start(new StartFailure({ reason: 'ISOLATION_UNAVAILABLE', missing: 'x', demandedBy: 'function' })), 6001, 'platform', 503],
    ['a full queue', { kind: 'QUEUE_FULL', scope: 'function', queueLength: 5 }, 4021, 'caller', 429],
    ['a full worker', { kind: 'QUEUE_FULL', scope: 'worker', queueLength: 5 }, 150430, 'platform', 503],
    ['a wait that would be too long', { kind: 'WAIT_TOO_LONG', expectedMs: 90_000, waitMs: 40_000, maxInstances: 2 }, 150429, 'caller', 429],
    ['a crash loop', { kind: 'CRASH_LOOP', last: start(new StartFailure({ reason: 'BOOTSTRAP_MISSING' })), failures: 3, retryAfterMs: 900 }, 4201, 'function', 503],
    ['the function\'s instance limit', { kind: 'NO_INSTANCE_IN_TIME', waitedMs: 9, blockedBy: 'function-limit' }, 150429, 'caller', 429],
    ['a worker without room', { kind: 'NO_INSTANCE_IN_TIME', waitedMs: 9, blockedBy: 'worker' }, 150430, 'platform', 503],
    ['a request over the limit', { kind: 'REQUEST_TOO_LARGE' }, 4140, 'caller', 413],
    ['a timeout', { kind: 'TIMED_OUT', timeoutMs: 3000, setBy: 'function' }, 4010, 'function', 504],
    ['a connection that is not accepted', { kind: 'CONNECT_TIMED_OUT', limitMs: 3000 }, 4010, 'function', 504],
    ['an answer that does not begin', { kind: 'FIRST_BYTE_TIMED_OUT', limitMs: 3000 }, 4010, 'function', 504],
    ['an answer that stops', { kind: 'IDLE_TIMED_OUT', limitMs: 3000 }, 4010, 'function', 504],
    ['a request that stops', { kind: 'REQUEST_STALLED', timeoutMs: 3000 }, 400, 'caller', 408],
    ['an answer that is not taken', { kind: 'CALLER_STALLED', timeoutMs: 3000 }, 400, 'caller', 408],
    ['a definition that is not to be had', { kind: 'CATALOG_UNAVAILABLE' }, 500, 'platform', 503],
    ['code that is not to be had', { kind: 'CODE_UNAVAILABLE' }, 500, 'platform', 503],
    ['a worker that stops', { kind: 'WORKER_STOPPING' }, 500, 'platform', 503],
    ['an account at its limit', { kind: 'ACCOUNT_AT_LIMIT', domainId: 'd', limit: 3 }, 4021, 'caller', 429],
    ['a start that was given up', start(new StartFailure({ reason: 'ABORTED' })), 4201, 'platform', 503],
    ['a crash', { kind: 'PROCESS_ENDED', exit: { kind: 'EXITED', exitCode: 3 }, stderrTail: [] }, 4002, 'function', 502],
    ['memory used up', { kind: 'PROCESS_ENDED', exit: { kind: 'OUT_OF_MEMORY', memoryMb: 128 }, stderrTail: [] }, 4205, 'function', 502],
    ['an instance we stopped', { kind: 'PROCESS_ENDED', exit: { kind: 'STOPPED' }, stderrTail: [] }, 500, 'platform', 503],
    ['a lost connection', { kind: 'CONNECTION_LOST', detail: 'reset', stderrTail: [] }, 4002, 'function', 502],
    ['an answer over the limit', { kind: 'RESPONSE_TOO_LARGE', bodyBytes: 7_000_000, limit: WHOLE }, 4004, 'function', 502],
    ['an answer that is no HTTP', { kind: 'RESPONSE_MALFORMED', detail: 'bad' }, 4007, 'function', 502],
  ];

  it.each(table)('on %s has its number, its fault and its status', (_name, outcome, code, fault, httpStatus) => {
    expect(judge(outcome)).toMatchObject({ code, fault, httpStatus });
  });

  it.each(table)('on %s says when to try again, if and only if that may help', (_name, outcome) => {
    const { httpStatus, retryAfterSeconds } = judge(outcome);
    const mayHelp = httpStatus === 429 || httpStatus === 503;
    expect(retryAfterSeconds).toEqual(mayHelp ? expect.any(Number) : undefined);
    if (mayHelp) expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
  });

  it.each<[FailedOutcome, RegExp]>([
    [{ kind: 'TIMED_OUT', timeoutMs: 3000, setBy: 'function' }, /^call request timed out after 3s, the timeout of the function\. Raise timeout /],
    [{ kind: 'TIMED_OUT', timeoutMs: 3000, setBy: 'route' }, /^call request timed out after 3s, the timeout of its trigger\. Raise /],
    [{ kind: 'CONNECT_TIMED_OUT', limitMs: 1500 }, /no connection .* for 1\.5 s.*WINDLASS_WORKER_CONNECT_SECONDS/],
    [{ kind: 'FIRST_BYTE_TIMED_OUT', limitMs: 3000 }, /no byte of an answer for 3 s .*WINDLASS_WORKER_FIRST_BYTE_SECONDS/],
    [{ kind: 'IDLE_TIMED_OUT', limitMs: 3000 }, /silent for 3 s .*WINDLASS_WORKER_SILENCE_SECONDS/],
  ])('names the timer that fired, its value and how to change it: %j', (outcome, message) => {
    expect(judge(outcome)).toMatchObject({ reason: outcome.kind, message: expect.stringMatching(message) });
  });

  it.each([
    [WHOLE, /^response body size 7000000 exceeds the limit of 6291456\. Set is_return_stream /],
    [{ bytes: 209_715_200, holds: false, kind: 'streamed' } as const, /exceeds the limit of 209715200\..*WINDLASS_WORKER_MAX_STREAMED_MB/],
    [COLLECTED, /exceeds the limit of 6291456\..*call the URL of a trigger/],
  ])('names the limit of an answer, its value and how to answer more: %j', (limit, message) => {
    expect(judge({ kind: 'RESPONSE_TOO_LARGE', bodyBytes: 7_000_000, limit }).message).toMatch(message);
  });

  it('tells the last lines of stderr where the process is the cause', () => {
    const { message } = judge({ kind: 'PROCESS_ENDED', exit: { kind: 'SIGNALED', signal: 'SIGSEGV' }, stderrTail: ['one', 'two'] });
    expect(message).toBe("The function's process was ended by SIGSEGV while it served the request. Last lines of stderr:\none\ntwo");
  });

  it('says when another try may do better, and by which limit it was refused', () => {
    const last = start(new StartFailure({ reason: 'PROCESS_EXITED', end: { kind: 'EXITED', exitCode: 7 } }, ['no config']));
    expect(judge({ kind: 'CRASH_LOOP', last, failures: 4, retryAfterMs: 1_100 })).toMatchObject({
      reason: 'CRASH_LOOP',
      retryAfterSeconds: 2,
      message: expect.stringMatching(/^No instance is started for another 2 s, after 4 failures in a row\. .*exited with code 7.*\nno config$/),
    });
    const wait = judge({ kind: 'WAIT_TOO_LONG', expectedMs: 90_000, waitMs: 40_000, maxInstances: 2 });
    expect(wait).toMatchObject({ retryAfterSeconds: 50, message: expect.stringContaining('Raise max_instance_num') });
  });

  it('is answered in the documented error form', () => {
    const body = failureBody(judge({ kind: 'TIMED_OUT', timeoutMs: 3000, setBy: 'function' }), 'r1');
    expect(JSON.parse(body.toString())).toEqual({ error_code: 'FSS.4010', error_msg: expect.stringMatching(/^call request timed out after 3s/), request_id: 'r1' });
  });
});
