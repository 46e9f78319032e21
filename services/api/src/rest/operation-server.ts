import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import type { Logger } from '@windlass/telemetry';
import type { Adapters } from '../adapter/index.js';
import { readCredential, type Admission, type Authenticator } from '../caller/index.js';
import { errorAnswer, familyOf, HTTP_STATUS, publicError, unknownApi, type ErrorPlace } from '../error/index.js';
import { requireStorableText, type Route, type RouteTable } from '../operation/index.js';
import { plainAddress } from '../upstream/index.js';
import { assembleRequest } from './assemble-request.js';
import { bodyLimit } from './body-limit.js';
import type { BodyMemory, BodyReservation } from './body-memory.js';
import type { HttpAnswer } from './http-answer.js';
import { readBody } from './read-body.js';

export interface OperationServerParts {
  readonly routes: RouteTable;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly adapters: Adapters;
  readonly bodyMemory: BodyMemory;
  readonly codeLimitBytes: number;
  readonly logger: Logger;
}

interface Received {
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** Serves every operation of the REST API in the same steps, whatever the operation is. */
export class OperationServer {
  constructor(private readonly parts: OperationServerParts) {}

  /** Answers one request; a failure is an answer too. `signal` tells that the client has gone. */
  async answer(request: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const requestId = randomUUID();
    const method = request.method ?? '';
    const { path, query } = splitTarget(request.url ?? '');
    const route = this.parts.routes.find(method, path);
    const own = { 'x-request-id': requestId, ...(route?.operation.adapter === 'invocation' ? { 'x-cff-request-id': requestId } : {}) };
    const began = performance.now();
    const answer = await this.outcome(() => {
      if (route === undefined) throw unknownApi(method, path);
      return this.serve({ route, request, query, requestId, signal });
    }, placeOf(route, path, requestId));
    const durationMs = Math.round(performance.now() - began);
    this.parts.logger.info({ requestId, method, operation: route?.operation.name, status: answer.status, durationMs }, 'answered');
    return { ...answer, headers: { ...answer.headers, ...own } };
  }

  /** The answer of a call, or that of its failure; what is the platform's fault is logged with its cause. */
  private async outcome(call: () => Promise<HttpAnswer>, place: ErrorPlace): Promise<HttpAnswer> {
    try {
      return await call();
    } catch (failure) {
      const error = publicError(failure);
      const { requestId } = place;
      if (HTTP_STATUS[error.kind] >= 500) this.parts.logger.error({ requestId, kind: error.kind, err: error.cause ?? error }, 'operation failed');
      return errorAnswer(failure, place);
    }
  }

  private async serve(received: Received): Promise<HttpAnswer> {
    const reservation = this.parts.bodyMemory.open();
    try {
      return await this.perform(received, reservation);
    } finally {
      reservation.release();
    }
  }

  private async perform(received: Received, reservation: BodyReservation): Promise<HttpAnswer> {
    const { route, request, query, requestId, signal } = received;
    const { operation, variables } = route;
    const { adapters, admission, codeLimitBytes } = this.parts;
    const identify = operation.access === 'anonymous' ? undefined : this.identify(received);
    const body = await readBody(request, operation, bodyLimit(operation, codeLimitBytes), reservation);
    const identified = identify === undefined ? Principal.fromPartial({}) : await identify(body);
    const message = assembleRequest(operation, { variables, query, body });
    requireStorableText(operation, message);
    const principal = await admission.admit(identified, operation, message);
    const adapter = adapters.get(operation.adapter);
    if (adapter === undefined) throw new Error(`there is no adapter "${operation.adapter}"`);
    const sourceAddress = plainAddress(request.socket.remoteAddress ?? '');
    const caller = { principal, requestId, signal, sourceAddress, userAgent: request.headers['user-agent'] ?? '' };
    return adapter({ operation, request: message, caller, headers: request.headers, query, body, identify: () => this.identify(received)(body) });
  }

  /** Looks for the credential before the body is read, so that a request without one costs no memory. */
  private identify({ route, request }: Received): (body: Uint8Array) => Promise<Principal> {
    const credential = readCredential(request.headers);
    if (credential.kind === 'token') return () => this.parts.authenticator.byToken(credential.token);
    const named = request.headers['x-project-id'];
    // Where a project is only what the operation is about (a grant in it), the credential need not act in it.
    const acted = route.operation.access === 'project' ? route.variables['project_id'] : undefined;
    const projectId = acted ?? (typeof named === 'string' ? named : '');
    const { method = '', url: target = '', rawHeaders } = request;
    return (body) => this.parts.authenticator.bySignature({ method, target, rawHeaders, bodySha256: sha256(body), projectId });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: new URLSearchParams() } : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

function placeOf(route: Route | undefined, path: string, requestId: string): ErrorPlace {
  if (route !== undefined) return { family: route.operation.errors, prefix: route.operation.errorPrefix, requestId };
  return { family: familyOf(path), prefix: '', requestId };
}
