export { Invoker, type CredentialFinder, type FunctionFinder, type InvocationContext, type InvocationReport } from './invoker.js';
export type { FinishedRequest, FinishedRequests } from './finished-request.js';
export type { InvocationLog, InvocationTrace } from './invocation-log.js';
export { judge, InvocationError, type FailedOutcome } from './outcome.js';
