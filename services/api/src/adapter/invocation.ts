import { toJson, type JsonObject, type Message } from '@bufbuild/protobuf';
import { Metadata } from '@grpc/grpc-js';
import { InvokeFunctionResponse } from '@windlass/contracts/registry/v1/invocation_service';
import type { GrpcAdapter } from '../grpc/grpc-call.js';
import { toFunctionRequest } from '../invocation/api-gateway-event.js';
import { functionResult, invocationAnswer, runHeaders } from '../invocation/invocation-answer.js';
import { runFunction } from '../invocation/run-function.js';
import { parseJson } from '../rest/parse-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services, Workers } from '../upstream/index.js';

type InvokeMessage = Message & { readonly projectId: string; readonly functionUrn: string };

/** Synchronous invocation over REST: the body is the event, as it came. */
export function invocationAdapter(services: Services, workers: Workers): Adapter {
  return async ({ request, body, headers, caller }) => {
    const parsed = parseJson(body);
    const run = await runFunction(services, workers, {
      ...named(request),
      request: toFunctionRequest(parsed.ok ? parsed.value : undefined, body),
      wantsLog: headers['x-cff-log-type'] === 'tail',
      caller,
    });
    return invocationAnswer(run, { requestId: caller.requestId, version: headers['x-cff-request-version'] === 'v1' ? 'v1' : 'v0' });
  };
}

/** Synchronous invocation over gRPC: the event is a field of the request, and what REST tells in headers is trailing metadata. */
export function invocationOverGrpc(services: Services, workers: Workers): GrpcAdapter {
  return async ({ operation, request, metadata, caller }) => {
    const { event } = toJson(operation.input, request) as JsonObject;
    const run = await runFunction(services, workers, {
      ...named(request),
      request: toFunctionRequest(event, Buffer.from(JSON.stringify(event ?? null))),
      wantsLog: metadata.get('x-cff-log-type')[0] === 'tail',
      caller,
    });
    const trailer = new Metadata();
    for (const [name, value] of Object.entries(runHeaders(run))) trailer.set(name, value);
    return { bytes: InvokeFunctionResponse.encode(functionResult(run.response)).finish(), trailer };
  };
}

function named(request: Message): { project_id: string; function_urn: string } {
  const { projectId, functionUrn } = request as InvokeMessage;
  return { project_id: projectId, function_urn: functionUrn };
}
