import { fromJson, toBinary, type JsonObject } from '@bufbuild/protobuf';
import type { GrpcAdapter } from '../grpc/grpc-call.js';
import type { PackageLinks } from '../package-link/index.js';
import { responseJson, successAnswer } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** A function's code: what is not inline is given as a link to the package, which the edge serves itself. */
export function functionCodeAdapter(services: Services, links: PackageLinks): Adapter {
  return async ({ operation, request, caller }) => {
    const response = await services.forward(operation, request, caller);
    return successAnswer(operation, withCode(responseJson(operation, response), links));
  };
}

/** The same over gRPC. The link leads to the REST port. */
export function functionCodeOverGrpc(services: Services, links: PackageLinks): GrpcAdapter {
  return async ({ operation, request, caller }) => {
    const response = await services.forward(operation, request, caller);
    return { bytes: toBinary(operation.output, fromJson(operation.output, withCode(responseJson(operation, response), links))) };
  };
}

function withCode(body: JsonObject, links: PackageLinks): JsonObject {
  return { ...body, func_code: codeOf(body, links) };
}

function codeOf(body: JsonObject, links: PackageLinks): JsonObject {
  const { file = '', link = '' } = (body['func_code'] ?? {}) as JsonObject;
  const stored = String(body['stored_digest'] ?? '');
  const digest = stored || String(body['digest']);
  if (file !== '' || link !== '' || digest === '' || body['code_kept'] === false) return { file, link };
  return { file, link: links.create({ digest, sealed: stored !== '', fileName: String(body['code_filename']) || `${String(body['func_name'])}.zip` }) };
}
