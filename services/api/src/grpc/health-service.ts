import { BinaryReader } from '@bufbuild/protobuf/wire';
import { status, type sendUnaryData, type Server, type ServerUnaryCall } from '@grpc/grpc-js';
import type { PlatformHealth } from '../upstream/index.js';

export const HEALTH_CHECK_PATH = '/grpc.health.v1.Health/Check';

const SERVING = Buffer.from([0x08, 1]);
const NOT_SERVING = Buffer.from([0x08, 2]);

/**
 * `grpc.health.v1.Health/Check` for the whole server. Its two messages have one field each, written here by hand: the
 * service named in the request, and the status as an enum in field 1.
 */
export function addHealthService(server: Server, health: PlatformHealth): void {
  const check = (call: ServerUnaryCall<{ service: string }, Buffer>, done: sendUnaryData<Buffer>) => {
    if (call.request.service !== '') return done({ code: status.NOT_FOUND, details: 'Only the whole server has a health status: leave the service empty.' });
    void health.unreachable().then((unreachable) => done(null, unreachable.length === 0 ? SERVING : NOT_SERVING));
  };
  const definition = {
    path: HEALTH_CHECK_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: readRequest,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const;
  server.addService({ Check: definition }, { Check: check });
}

function readRequest(bytes: Buffer): { service: string } {
  const reader = new BinaryReader(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) service = reader.string();
    else reader.skip(wireType);
  }
  return { service };
}
