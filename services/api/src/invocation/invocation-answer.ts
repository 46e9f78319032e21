import type { InvokeFunctionResponse } from '@windlass/contracts/registry/v1/invocation_service';
import type { HttpResponse, InvocationSummary } from '@windlass/contracts/worker/v1/worker_service';
import type { HttpAnswer } from '../rest/http-answer.js';
import type { FunctionRun } from './run-function.js';

const OK = '0';
// An HTTP function that answers with anything but 2xx has failed by the documented count, though it did answer.
const USER_CODE_FAILED = '4002';

/** The answer of a synchronous invocation: v0 is what an HTTP function returned, v1 wraps the same text. */
export function invocationAnswer(run: FunctionRun, form: { readonly requestId: string; readonly version: 'v0' | 'v1' }): HttpAnswer {
  const result = JSON.stringify(functionResult(run.response));
  const body = form.version === 'v0' ? result : JSON.stringify({ request_id: form.requestId, result, log: run.logTail ?? '', status: 200 });
  const headers = { 'content-type': 'application/json', 'X-Cff-Response-Version': form.version, ...runHeaders(run) };
  return { status: 200, headers, body };
}

/** What a function returned, as the documented object. */
export function functionResult(response: HttpResponse): InvokeFunctionResponse {
  // Field names are whatever the function sends: a map without a prototype takes them all.
  const headers = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of response.headers) (headers[name] ??= []).push(value);
  return { body: Buffer.from(response.body).toString('base64'), headers, statusCode: response.status_code, isBase64Encoded: true };
}

/** How a run went: headers over REST, trailing metadata over gRPC. */
export function runHeaders({ response, summary, logTail }: FunctionRun): Record<string, string> {
  const succeeded = response.status_code >= 200 && response.status_code < 300;
  return {
    'X-Func-Err-Code': succeeded ? OK : USER_CODE_FAILED,
    'X-Is-Func-Err': String(!succeeded),
    ...(summary === undefined ? {} : { 'X-Cff-Invoke-Summary': summaryText(summary), 'X-CFF-Billing-Duration': String(summary.billing_duration_ms) }),
    ...(logTail === undefined ? {} : { 'X-Cff-Function-Log': Buffer.from(logTail).toString('base64') }),
  };
}

function summaryText(summary: InvocationSummary): string {
  return JSON.stringify({
    duration: summary.duration_ms,
    billingDuration: summary.billing_duration_ms,
    memorySize: summary.memory_size_mb,
    memoryUsed: summary.memory_used_mb,
  });
}
