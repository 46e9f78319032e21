import { Readable } from 'node:stream';
import { toBinary } from '@bufbuild/protobuf';
import { ExportedFunction } from '@windlass/contracts/registry/v1/function_export_service';
import { attachment } from '../package-link/index.js';
import type { Adapter } from '../rest/operation-call.js';
import type { Services } from '../upstream/index.js';

/** A function as a file: over REST the answer is the file itself, and no JSON about it. */
export function exportedFunctionAdapter(services: Services): Adapter {
  return async ({ operation, request, caller }) => {
    const { file_name, content } = ExportedFunction.decode(await services.forwardBytes(operation, toBinary(operation.input, request), caller));
    const headers = { 'content-type': 'application/zip', 'content-disposition': attachment(file_name), 'content-length': String(content.length) };
    return { status: operation.successStatus, headers, body: Readable.from([Buffer.from(content)], { objectMode: false }) };
  };
}
