import { responseJson } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** Metrics as Prometheus reads them: the text itself, under its media type. Over gRPC the message passes as it is. */
export function metricsAdapter(services: Services): Adapter {
  return async ({ operation, request, caller }) => {
    const { text = '' } = responseJson(operation, await services.forward(operation, request, caller));
    return { status: operation.successStatus, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: String(text) };
  };
}
