import { clone, type Message } from '@bufbuild/protobuf';
import { InvokeFunctionResponse } from '@windlass/contracts/registry/v1/invocation_service';
import { WindlassError } from '@windlass/errors';
import { toFunctionRequest } from '../invocation/api-gateway-event.js';
import { invocationAnswer } from '../invocation/invocation-answer.js';
import { invocationError } from '../invocation/invocation-failure.js';
import { parseJson } from '../rest/parse-json.js';
import type { Adapter, OperationCall } from '../rest/operation-call.js';
import { responseJson } from '../rest/message-json.js';
import type { Services, Workers } from '../upstream/index.js';

/** Synchronous invocation: the registry resolves the function for the caller, a worker runs the event as a request. */
export function invocationAdapter(services: Services, workers: Workers): Adapter {
  return async (call) => {
    const { requestId, signal } = call.caller;
    const parsed = parseJson(call.body);
    const request = toFunctionRequest(parsed.ok ? parsed.value : undefined, call.body);
    const resolved = await services.forward(call.operation, withoutEvent(call), call.caller);
    const target = InvokeFunctionResponse.fromPartial(responseJson(call.operation, resolved));
    const wantsLog = call.headers['x-cff-log-type'] === 'tail';
    const answer = await workers.invoke(
      { request_id: requestId, ...target, ...request, headers: [...request.headers], body: Buffer.from(request.body), log_tail: wantsLog },
      { metadata: services.metadata(call.caller), signal },
    );
    switch (answer.result?.$case) {
      case 'failure':
        throw invocationError(answer.result.value);
      case 'response':
        return invocationAnswer({
          requestId,
          response: answer.result.value,
          summary: answer.summary,
          version: call.headers['x-cff-request-version'] === 'v1' ? 'v1' : 'v0',
          logTail: wantsLog ? answer.log_tail : undefined,
        });
      case undefined:
        throw new WindlassError({ kind: 'internal', reason: 'EMPTY_ANSWER', code: '0500', message: 'The worker gave no result.' });
    }
  };
}

/** The registry decides by the function, not by the event, which may be large. */
function withoutEvent({ operation, request }: OperationCall): Message {
  const lean = clone(operation.input, request);
  delete (lean as Message & { event?: unknown }).event;
  return lean;
}
