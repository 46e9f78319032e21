import { randomUUID } from 'node:crypto';
import { fromBinary, toBinary, type Message } from '@bufbuild/protobuf';
import { Metadata, Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream, type ServiceDefinition } from '@grpc/grpc-js';
import { readDescriptors } from '@windlass/contracts';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { MAX_MESSAGE_BYTES } from '@windlass/grpc';
import type { Logger } from '@windlass/telemetry';
import type { GrpcAdapters } from '../adapter/index.js';
import type { Admission, Authenticator } from '../caller/index.js';
import { edgeError, HTTP_STATUS, publicError } from '../error/index.js';
import { requireStorableText, type Operation } from '../operation/index.js';
import { bodyLimit } from '../rest/body-limit.js';
import { plainAddress, type PlatformHealth } from '../upstream/index.js';
import { CallerInterceptor } from './caller-interceptor.js';
import { errorStatus } from './error-status.js';
import type { GrpcCall } from './grpc-call.js';
import { HEALTH_PATHS, TenantHealth } from './health-service.js';
import { publicDescriptors } from './public-descriptors.js';
import { addReflectionService, REFLECTION_PATHS } from './reflection-service.js';

export interface TenantGrpcServerParts {
  readonly operations: readonly Operation[];
  readonly adapters: GrpcAdapters;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly health: PlatformHealth;
  readonly codeLimitBytes: number;
  readonly logger: Logger;
}

const CLOSE_WITHIN_MS = 5_000;
// The services' readers go 100 deep, but count a map's entry too: an object in free-form JSON is two levels here, three there.
const MOST_LEVELS = 64;

type UnaryCall = ServerUnaryCall<Buffer, Buffer>;
type StreamingCall = ServerWritableStream<Buffer, Buffer>;
type Call = UnaryCall | StreamingCall;

/**
 * The tenants' gRPC: the same operations with the same checks as REST. What is sent on is
 * the message that was checked, written anew: another reader's view of the same bytes could be another. An rpc that is no operation does not exist here and answers UNIMPLEMENTED.
 */
export class TenantGrpcServer {
  private readonly server: Server;
  private readonly callers: CallerInterceptor;
  private readonly health: TenantHealth;

  constructor(private readonly parts: TenantGrpcServerParts) {
    const anonymous = parts.operations.filter((operation) => operation.access === 'anonymous').map((operation) => operation.rpcPath);
    this.callers = new CallerInterceptor(parts.authenticator, new Set([...anonymous, ...HEALTH_PATHS, ...REFLECTION_PATHS]));
    this.server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_concurrent_streams': 100,
      interceptors: [this.callers.intercept],
    });
    for (const [service, operations] of byService(parts.operations)) this.addService(service, operations);
    this.health = new TenantHealth(parts.health, new Map(parts.operations.map((operation) => [operation.service, operation.owner])));
    this.health.addTo(this.server);
    addReflectionService(this.server, publicDescriptors(readDescriptors(), parts.operations.map(fullName)));
  }

  /** Listens and tells the port, which the system chooses when 0 was asked. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
  }

  /** Lets running calls end for five seconds. */
  close(): Promise<void> {
    this.health.close();
    return new Promise((resolve) => {
      const force = setTimeout(() => {
        this.server.forceShutdown();
        resolve();
      }, CLOSE_WITHIN_MS);
      this.server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }

  private addService(service: string, operations: readonly Operation[]): void {
    const definition: ServiceDefinition = Object.fromEntries(operations.map((operation) => [operation.name, passBytes(operation)]));
    const handlers = operations.map((operation) => [operation.name, operation.streaming ? this.streams(operation) : this.answers(operation)]);
    this.server.addService(definition, Object.fromEntries(handlers));
  }

  private answers(operation: Operation): (call: UnaryCall, done: sendUnaryData<Buffer>) => void {
    const adapter = this.parts.adapters.unary(operation.adapter);
    return (call, done) =>
      void this.serve(operation, call, done, async (admitted) => {
        const { bytes, trailer } = await adapter(admitted);
        done(null, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), trailer);
      });
  }

  private streams(operation: Operation): (call: StreamingCall) => void {
    const adapter = this.parts.adapters.streaming(operation.adapter);
    if (adapter === undefined) throw new Error(`there is no adapter "${operation.adapter}" that streams`);
    return (call) =>
      void this.serve(operation, call, (refused) => call.emit('error', refused), async (admitted) => {
        for await (const bytes of adapter(admitted)) {
          if (call.cancelled) return;
          // No more is asked of the adapter than the client takes.
          if (!call.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) await drained(call);
        }
        call.end();
      });
  }

  private async serve(operation: Operation, call: Call, refuse: (error: ReturnType<typeof errorStatus>) => void, perform: (call: GrpcCall) => Promise<void>): Promise<void> {
    const requestId = randomUUID();
    const metadata = new Metadata();
    metadata.set('x-request-id', requestId);
    call.sendMetadata(metadata);
    const began = performance.now();
    const answered = (code: status) => {
      const durationMs = Math.round(performance.now() - began);
      this.parts.logger.info({ requestId, rpc: operation.rpcPath, operation: operation.name, code, durationMs }, 'answered');
    };
    try {
      await perform(await this.admit(operation, call, requestId));
      answered(status.OK);
    } catch (failure) {
      const error = publicError(failure);
      if (HTTP_STATUS[error.kind] >= 500 && !call.cancelled) {
        this.parts.logger.error({ requestId, operation: operation.name, kind: error.kind, err: error.cause ?? error }, 'operation failed');
      }
      const refused = errorStatus(error, operation.errorPrefix);
      refuse(refused);
      answered(refused.code);
    }
  }

  private async admit(operation: Operation, call: Call, requestId: string): Promise<GrpcCall> {
    const { admission, codeLimitBytes } = this.parts;
    const limit = bodyLimit(operation, codeLimitBytes);
    if (call.request.length > limit.bytes) {
      throw edgeError(operation, 'too_large', 'BODY_TOO_LARGE', `The request has more than ${limit.bytes} bytes; ${limit.explanation}.`);
    }
    const { principal: identified, accept, identify } = this.callers.identified(call.metadata);
    accept(call.request);
    const request = decode(operation, call.request);
    requireStorableText(operation, request);
    fillProject(operation, request, identified);
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    const principal = await admission.admit(identified, operation, request);
    return {
      operation,
      request,
      requestBytes: toBinary(operation.input, request, { writeUnknownFields: false }),
      metadata: call.metadata,
      caller: { principal, requestId, signal: gone.signal, sourceAddress: plainAddress(hostOf(call.getPeer())), userAgent: userAgentOf(call.metadata) },
      identify,
    };
  }
}

/** Resolves when the call takes more, or takes nothing any more. */
function drained(call: StreamingCall): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  call.once('drain', resolve);
  call.once('cancelled', resolve);
  return promise.finally(() => {
    call.off('drain', resolve);
    call.off('cancelled', resolve);
  });
}

/** The peer without its port. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function userAgentOf(metadata: Metadata): string {
  const value = metadata.get('user-agent')[0];
  return typeof value === 'string' ? value : '';
}

function byService(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const services = new Map<string, Operation[]>();
  for (const operation of operations) {
    services.set(operation.service, [...(services.get(operation.service) ?? []), operation]);
  }
  return services;
}

function fullName(operation: Operation): string {
  return `${operation.service}.${operation.name}`;
}

function passBytes({ rpcPath: path, streaming }: Operation): ServiceDefinition[string] {
  const same = (bytes: Buffer) => bytes;
  return { path, requestStream: false, responseStream: streaming, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
}

function decode(operation: Operation, bytes: Uint8Array): Message {
  try {
    return fromBinary(operation.input, bytes, { recursionLimit: MOST_LEVELS, readUnknownFields: false });
  } catch {
    throw edgeError(operation, 'malformed', 'REQUEST_MALFORMED', `The request is malformed: it is no ${operation.input.name} message.`);
  }
}

/** A gRPC request has no path that would name the project, so an empty one means the caller's own. */
function fillProject(operation: Operation, request: Message, principal: Principal): void {
  if (operation.access !== 'project') return;
  const message = request as Message & { projectId: string };
  if (message.projectId === '') message.projectId = principal.project_id;
}
