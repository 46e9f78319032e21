import { responseJson, successAnswer } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** The generic way: forward the request, show the response. Every operation without a named adapter takes it. */
export function plainAdapter(services: Services): Adapter {
  return async ({ operation, request, caller }) => {
    const response = await services.forward(operation, request, caller);
    return successAnswer(operation, responseJson(operation, response));
  };
}
