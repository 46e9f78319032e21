import { fromJson, toBinary, type JsonObject } from '@bufbuild/protobuf';
import type { GrpcAdapter } from '../grpc/grpc-call.js';
import type { PackageLinks } from '../package-link/index.js';
import { responseJson, successAnswer } from '../rest/message-json.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** A version of a dependency, with a link to its package, which the edge serves itself. */
export function dependencyVersionAdapter(services: Services, links: PackageLinks): Adapter {
  return async ({ operation, request, caller }) => {
    const response = await services.forward(operation, request, caller);
    return successAnswer(operation, withLink(responseJson(operation, response), links));
  };
}

/** The same over gRPC. The link leads to the REST port. */
export function dependencyVersionOverGrpc(services: Services, links: PackageLinks): GrpcAdapter {
  return async ({ operation, request, caller }) => {
    const response = await services.forward(operation, request, caller);
    return { bytes: toBinary(operation.output, fromJson(operation.output, withLink(responseJson(operation, response), links))) };
  };
}

function withLink(body: JsonObject, links: PackageLinks): JsonObject {
  return { ...body, download_link: links.create({ digest: String(body['etag']), sealed: false, fileName: String(body['file_name']) }) };
}
