export { Invoker, type CredentialFinder, type FunctionFinder, type InvocationReport } from './invoker.js';
export type { FinishedRequest, FinishedRequests } from './finished-request.js';
export type { AnswerHead, Caller } from './caller.js';
export type { BodyReceiver, InvocationRequest, RequestBody } from './request.js';
export type { InvocationLog, InvocationTrace } from './invocation-log.js';
export { errorBody, judge, InvocationError, MAX_BODY_BYTES, type FailedOutcome, type Verdict } from './outcome.js';
