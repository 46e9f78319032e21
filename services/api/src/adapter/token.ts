import { toBinary, type JsonObject, type Message } from '@bufbuild/protobuf';
import { CreateTokenRequest } from '@windlass/contracts/iam/v1/token_service';
import type { GrpcAdapter } from '../grpc/grpc-call.js';
import type { Operation } from '../operation/index.js';
import { jsonAnswer, type HttpAnswer } from '../rest/http-answer.js';
import { responseJson } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/**
 * IAM v3 log-in: anyone may try. Only a request to act through an agency has a caller, whose credential travels in the
 * usual headers; with a log-in by password an old token there is of no interest.
 */
export function tokenAdapter(services: Services): Adapter {
  return async (call) => {
    const { operation, request, query } = call;
    const principal = assumesRole(operation, request) ? await call.identify() : call.caller.principal;
    const response = await services.forward(operation, request, { ...call.caller, principal });
    return tokenAnswer(operation.successStatus, responseJson(operation, response), query);
  };
}

/** The same over gRPC, where the token is a field of the response. */
export function tokenOverGrpc(services: Services): GrpcAdapter {
  return async ({ operation, request, requestBytes, caller, identify }) => {
    const principal = assumesRole(operation, request) ? await identify() : caller.principal;
    return { bytes: await services.forwardBytes(operation, requestBytes, { ...caller, principal }) };
  };
}

/** The token itself travels in a header, and `?nocatalog` empties the catalog of the body. */
export function tokenAnswer(status: number, { token_value, token }: JsonObject, query: URLSearchParams): HttpAnswer {
  const shown = query.has('nocatalog') && token !== undefined ? { ...(token as JsonObject), catalog: [] } : token;
  return jsonAnswer(status, { token: shown }, { 'x-subject-token': String(token_value) });
}

function assumesRole(operation: Operation, request: Message): boolean {
  const { auth } = CreateTokenRequest.decode(toBinary(operation.input, request));
  return auth?.identity?.methods.includes('assume_role') === true;
}
