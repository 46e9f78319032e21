import type { JsonObject } from '@bufbuild/protobuf';
import { jsonAnswer } from '../rest/http-answer.js';
import { responseJson } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** IAM v3 log-in: the token itself travels in a header, and `?nocatalog` empties the catalog of the body. */
export function tokenAdapter(services: Services): Adapter {
  return async ({ operation, request, caller, query }) => {
    const response = await services.forward(operation, request, caller);
    const { token_value, token } = responseJson(operation, response);
    const shown = query.has('nocatalog') && token !== undefined ? { ...(token as JsonObject), catalog: [] } : token;
    return jsonAnswer(operation.successStatus, { token: shown }, { 'x-subject-token': String(token_value) });
  };
}
