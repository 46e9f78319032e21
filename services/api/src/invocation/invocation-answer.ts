import type { HttpResponse, InvocationSummary } from '@windlass/contracts/worker/v1/worker_service';
import type { HttpAnswer } from '../rest/http-answer.js';

/** What a function answered, and how the caller wants to be told. */
export interface Invocation {
  readonly requestId: string;
  readonly response: HttpResponse;
  readonly summary: InvocationSummary | undefined;
  readonly version: 'v0' | 'v1';
  /** The end of what the request wrote to its log; `undefined` when the caller did not ask. */
  readonly logTail: string | undefined;
}

const OK = '0';
// An HTTP function that answers with anything but 2xx has failed by the documented count, though it did answer.
const USER_CODE_FAILED = '4002';

/** The answer of a synchronous invocation: v0 is what an HTTP function returned, v1 wraps the same text. */
export function invocationAnswer(invocation: Invocation): HttpAnswer {
  const { requestId, version, logTail } = invocation;
  const result = resultText(invocation.response);
  const body = version === 'v0' ? result : JSON.stringify({ request_id: requestId, result, log: logTail ?? '', status: 200 });
  return { status: 200, headers: answerHeaders(invocation), body };
}

function answerHeaders({ response, summary, version, logTail }: Invocation): Record<string, string> {
  const succeeded = response.status_code >= 200 && response.status_code < 300;
  return {
    'content-type': 'application/json',
    'X-Cff-Response-Version': version,
    'X-Func-Err-Code': succeeded ? OK : USER_CODE_FAILED,
    'X-Is-Func-Err': String(!succeeded),
    ...(summary === undefined ? {} : { 'X-Cff-Invoke-Summary': summaryText(summary), 'X-CFF-Billing-Duration': String(summary.billing_duration_ms) }),
    ...(logTail === undefined ? {} : { 'X-Cff-Function-Log': Buffer.from(logTail).toString('base64') }),
  };
}

function resultText(response: HttpResponse): string {
  // Field names are whatever the function sends: a map without a prototype takes them all.
  const headers = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of response.headers) (headers[name] ??= []).push(value);
  const body = Buffer.from(response.body).toString('base64');
  return JSON.stringify({ body, headers, statusCode: response.status_code, isBase64Encoded: true });
}

function summaryText(summary: InvocationSummary): string {
  return JSON.stringify({
    duration: summary.duration_ms,
    billingDuration: summary.billing_duration_ms,
    memorySize: summary.memory_size_mb,
    memoryUsed: summary.memory_used_mb,
  });
}
