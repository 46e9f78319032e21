import { fromJson, toBinary, type JsonObject } from '@bufbuild/protobuf';
import { KeyFunctionServiceService, type ListKeyFunctionsResponse } from '@windlass/contracts/registry/v1/key_function_service';
import { isWindlassError } from '@windlass/errors';
import type { GrpcAdapter } from '../grpc/grpc-call.js';
import { textOf } from '../caller/resource.js';
import { responseJson, successAnswer } from '../rest/message-json.js';
import type { Adapter, OperationCall } from '../rest/operation-call.js';
import { callUnary, type Services } from '../upstream/index.js';

const REGISTRY = 'windlass.registry.v1';
const MOST_NAMED = 100;
const DEADLINE_MS = 5_000;

type DeletionCall = Pick<OperationCall, 'operation' | 'request' | 'caller'>;

/** Scheduling the deletion of a key: the key service does it, and the registry knows which functions cannot start without the key. */
export function keyDeletionAdapter(services: Services): Adapter {
  return async (call) => successAnswer(call.operation, await schedule(services, call));
}

export function keyDeletionOverGrpc(services: Services): GrpcAdapter {
  return async (call) => ({ bytes: toBinary(call.operation.output, fromJson(call.operation.output, await schedule(services, call as DeletionCall))) });
}

async function schedule(services: Services, call: DeletionCall): Promise<JsonObject> {
  const answer = responseJson(call.operation, await services.forward(call.operation, call.request, call.caller));
  const affected = await affectedFunctions(services, call);
  if (affected === undefined) return answer;
  return { ...answer, affected_functions: affected.functions.map(({ func_urn }) => func_urn), affected_function_count: affected.count };
}

/** As far as the caller's permission to delete the key reaches; undefined when the registry does not answer, as what was done is done. */
async function affectedFunctions(services: Services, { operation, request, caller }: DeletionCall): Promise<ListKeyFunctionsResponse | undefined> {
  const { path, requestSerialize, responseDeserialize } = KeyFunctionServiceService.listKeyFunctions;
  const question = { project_id: caller.principal.project_id, key_id: textOf(operation, request, 'key_id'), marker: '', maxitems: String(MOST_NAMED) };
  try {
    return await callUnary(services.channel(REGISTRY), { path, requestSerialize, responseDeserialize }, question, { metadata: services.metadata(caller), deadlineMs: DEADLINE_MS });
  } catch (error) {
    if (isWindlassError(error)) return undefined;
    throw error;
  }
}
