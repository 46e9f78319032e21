import { InvocationServiceService } from '@windlass/contracts/registry/v1/invocation_service';
import type { HttpResponse, InvocationSummary } from '@windlass/contracts/worker/v1/worker_service';
import { WindlassError } from '@windlass/errors';
import { callUnary, type OnBehalf, type Services, type Workers } from '../upstream/index.js';
import type { FunctionRequest } from './api-gateway-event.js';
import { invocationError } from './invocation-failure.js';

/** What to run, and for whom. */
export interface RunRequest {
  readonly project_id: string;
  readonly function_urn: string;
  readonly request: FunctionRequest;
  /** Whether to answer with the end of what the request writes to its log. */
  readonly wantsLog: boolean;
  readonly caller: OnBehalf & { readonly signal: AbortSignal };
}

/** What a function answered, and how the run went. */
export interface FunctionRun {
  readonly response: HttpResponse;
  readonly summary: InvocationSummary | undefined;
  /** `undefined` when it was not asked for. */
  readonly logTail: string | undefined;
}

const REGISTRY = 'windlass.registry.v1';
const RESOLVED_WITHIN_MS = 30_000;

/** Runs a function for a caller: the registry resolves it (and decides by the function alone, without the event), a worker runs it. */
export async function runFunction(services: Services, workers: Workers, run: RunRequest): Promise<FunctionRun> {
  const { project_id, function_urn, request, wantsLog, caller } = run;
  const { requestId, signal } = caller;
  const settings = { metadata: services.metadata(caller), signal };
  const registry = services.channel(REGISTRY);
  const target = await callUnary(registry, InvocationServiceService.resolveInvocation, { project_id, function_urn }, { ...settings, deadlineMs: RESOLVED_WITHIN_MS });
  const answer = await workers.invoke(
    { request_id: requestId, ...target, ...request, headers: [...request.headers], body: Buffer.from(request.body), log_tail: wantsLog },
    settings,
  );
  switch (answer.result?.$case) {
    case 'failure':
      throw invocationError(answer.result.value);
    case 'response':
      return { response: answer.result.value, summary: answer.summary, logTail: wantsLog ? answer.log_tail : undefined };
    case undefined:
      throw new WindlassError({ kind: 'internal', reason: 'EMPTY_ANSWER', code: '0500', message: 'The worker gave no result.' });
  }
}
