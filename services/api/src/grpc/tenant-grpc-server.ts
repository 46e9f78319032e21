import { randomUUID } from 'node:crypto';
import { fromBinary, toBinary, type Message } from '@bufbuild/protobuf';
import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition } from '@grpc/grpc-js';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { MAX_MESSAGE_BYTES, toServiceError } from '@windlass/grpc';
import type { Logger } from '@windlass/telemetry';
import { admit, type Authenticator } from '../caller/index.js';
import { edgeError, HTTP_STATUS, publicError } from '../error/index.js';
import type { Operation } from '../operation/index.js';
import { bodyLimit } from '../rest/body-limit.js';
import type { PlatformHealth, Services } from '../upstream/index.js';
import { CallerInterceptor } from './caller-interceptor.js';
import { addHealthService, HEALTH_CHECK_PATH } from './health-service.js';

export interface TenantGrpcServerParts {
  readonly operations: readonly Operation[];
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly health: PlatformHealth;
  readonly codeLimitBytes: number;
  readonly logger: Logger;
}

const CLOSE_WITHIN_MS = 5_000;
// What this adapter does has no form in gRPC messages: the caller would get a resolved function and no answer of it.
const REST_ONLY_ADAPTER = 'invocation';

type Call = ServerUnaryCall<Buffer, Buffer>;

/**
 * The tenants' gRPC: the same operations with the same checks as REST. Messages pass as bytes and are decoded only for
 * the checks. An rpc that is no operation does not exist here and answers UNIMPLEMENTED.
 */
export class TenantGrpcServer {
  private readonly server: Server;
  private readonly callers: CallerInterceptor;

  constructor(private readonly parts: TenantGrpcServerParts) {
    const anonymous = parts.operations.filter((operation) => operation.access === 'anonymous').map((operation) => operation.rpcPath);
    this.callers = new CallerInterceptor(parts.authenticator, new Set([...anonymous, HEALTH_CHECK_PATH]));
    this.server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_concurrent_streams': 100,
      interceptors: [this.callers.intercept],
    });
    for (const [service, operations] of byService(parts.operations)) this.addService(service, operations);
    addHealthService(this.server, parts.health);
  }

  /** Listens and tells the port, which the system chooses when 0 was asked. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
  }

  /** Lets running calls end for five seconds. */
  close(): Promise<void> {
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
    const definition: ServiceDefinition = Object.fromEntries(operations.map((operation) => [operation.name, passBytes(operation.rpcPath)]));
    const handlers = operations.map((operation) => [operation.name, (call: Call, done: sendUnaryData<Buffer>) => void this.serve(operation, call, done)]);
    this.server.addService(definition, Object.fromEntries(handlers));
  }

  private async serve(operation: Operation, call: Call, done: sendUnaryData<Buffer>): Promise<void> {
    const requestId = randomUUID();
    const metadata = new Metadata();
    metadata.set('x-request-id', requestId);
    call.sendMetadata(metadata);
    try {
      done(null, await this.perform(operation, call, requestId));
    } catch (failure) {
      const error = publicError(failure);
      if (HTTP_STATUS[error.kind] >= 500) {
        this.parts.logger.error({ requestId, operation: operation.name, kind: error.kind, err: error.cause ?? error }, 'operation failed');
      }
      done(toServiceError(error));
    }
  }

  private async perform(operation: Operation, call: Call, requestId: string): Promise<Buffer> {
    const { services, codeLimitBytes } = this.parts;
    const limit = bodyLimit(operation, codeLimitBytes);
    if (call.request.length > limit.bytes) {
      throw edgeError(operation, 'too_large', 'BODY_TOO_LARGE', `The request has more than ${limit.bytes} bytes; ${limit.explanation}.`);
    }
    const principal = this.callers.callerOf(call.metadata);
    const request = decode(operation, call.request);
    const filled = fillProject(operation, request, principal);
    admit(principal, operation, request);
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    const bytes = filled ? toBinary(operation.input, request) : call.request;
    return services.forwardBytes(operation, bytes, { principal, requestId, signal: gone.signal });
  }
}

function byService(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const services = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.adapter === REST_ONLY_ADAPTER) continue;
    services.set(operation.service, [...(services.get(operation.service) ?? []), operation]);
  }
  return services;
}

function passBytes(path: string): ServiceDefinition[string] {
  const same = (bytes: Buffer) => bytes;
  return { path, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
}

function decode(operation: Operation, bytes: Uint8Array): Message {
  try {
    return fromBinary(operation.input, bytes);
  } catch {
    throw edgeError(operation, 'malformed', 'REQUEST_MALFORMED', `The request is malformed: it is no ${operation.input.name} message.`);
  }
}

/** A gRPC request has no path that would name the project, so an empty one means the caller's own. */
function fillProject(operation: Operation, request: Message, principal: Principal): boolean {
  if (operation.access !== 'project') return false;
  const message = request as Message & { projectId: string };
  if (message.projectId !== '') return false;
  message.projectId = principal.project_id;
  return true;
}
