import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import {
  createBodyDecoder,
  createBodyEncoder,
  isHttp1Error,
  serializeRequestHead,
  serializeResponseHead,
  splitTarget,
  type BodyDecoder,
  type RequestHead,
} from '@windlass/http1';
import { parseAddress, type Address } from './address.js';
import { AnswerRelay, type AnswerProgress } from './answer-relay.js';
import { workersFor } from './choose-worker.js';
import type { ExchangeClient, ExchangeContext } from './exchange-context.js';
import { isForFunction, requestFields, type CredentialKind } from './forwarded-head.js';
import type { HeldBody } from './held-bodies.js';
import { Refusal, refusalBytes, refusals } from './refusal.js';
import { RequestBodyRelay } from './request-body-relay.js';
import { Tunnel } from './tunnel.js';
import type { WorkerConnection, WorkerConnectionUser } from './worker-pool.js';

/** What is settled once the request may be forwarded. */
interface Admitted {
  readonly address: Address;
  readonly route: Route;
  readonly credential: CredentialKind | undefined;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const CONTINUE = serializeResponseHead(100, 'Continue', []);
const NO_BYTES = Buffer.alloc(0);

/**
 * One request and its answer: find the route, admit the caller, reach a worker, pass the body on and the answer back. It ends
 * exactly once: with an answer, with a refusal, or with the client's disappearance.
 */
export class Exchange implements WorkerConnectionUser {
  private readonly requestId = randomUUID();
  private readonly answer: AnswerRelay;
  private decoder: BodyDecoder | undefined;
  private bodyRelay: RequestBodyRelay | undefined;
  private admitted: Admitted | undefined;
  private worker: WorkerConnection | undefined;
  private tunnel: Tunnel | undefined;
  /** The body of a signed request, complete. */
  private heldBody: Buffer | undefined;
  private held: HeldBody | undefined;
  private onBodyBytes: ((piece: Buffer) => void) | undefined;
  private requestSent = false;
  private continued = false;
  private retried = false;
  private over = false;
  private deadline: NodeJS.Timeout | undefined;
  private clientStall: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: ExchangeContext,
    private readonly client: ExchangeClient,
    private readonly head: RequestHead,
    /** Bytes of the body that came with the head. */
    private firstBytes: Buffer,
  ) {
    this.answer = new AnswerRelay(head, this.requestId, client.socket, () => client.mayKeepAlive());
  }

  /** Never rejects. */
  async serve(): Promise<void> {
    try {
      if (this.head.method === 'CONNECT') throw refusals.connectNotSupported();
      this.decoder = this.beginBody();
      this.admitted = await this.admit(this.decoder);
      await this.forward(this.admitted, this.decoder);
    } catch (error) {
      this.refuse(error);
    }
  }

  onClientData(piece: Buffer): void {
    if (this.tunnel !== undefined) this.tunnel.onClientData(piece);
    else if (this.decoder?.done !== false) this.client.keepUnread(piece);
    else this.guard(() => this.onBodyBytes?.(piece));
  }

  onClientDrain(): void {
    clearTimeout(this.clientStall);
    this.worker?.socket.resume();
  }

  /** The client is gone: nobody waits for the answer any more. */
  onClientClosed(): void {
    this.end();
  }

  onWorkerData(piece: Buffer): void {
    if (this.tunnel !== undefined) this.tunnel.onWorkerData(piece);
    else this.guard(() => this.onAnswerProgress(this.readAnswer(piece)));
  }

  onWorkerDrain(): void {
    if (this.tunnel !== undefined) this.tunnel.onWorkerDrain();
    else this.bodyRelay?.onWorkerDrain();
  }

  onWorkerClosed(): void {
    const reused = this.worker?.reused === true;
    this.worker = undefined;
    this.bodyRelay?.stop();
    if (this.tunnel !== undefined) this.tunnel.onWorkerClosed();
    else this.guard(() => this.afterWorkerClosed(reused));
  }

  // Steps of serving, in order.

  private beginBody(): BodyDecoder {
    const { limits } = this.context;
    const decoder = createBodyDecoder(this.head.body, limits);
    if (decoder.done) {
      this.requestSent = true;
      if (this.firstBytes.length > 0) this.client.keepUnread(this.firstBytes);
    } else {
      this.client.socket.pause();
    }
    return decoder;
  }

  private async admit(decoder: BodyDecoder): Promise<Admitted> {
    const { finder, gatekeeper, accounts, limits } = this.context;
    const target = splitTarget(this.head.target);
    const address = parseAddress(this.head.headers.get('host') ?? '', target.path);
    if (address === undefined) throw refusals.unknownApi();
    const found = finder.find(address, this.head.method);
    const route = found instanceof Promise ? await found : found;
    if (route.disabled) throw refusals.apiDisabled();
    const status = accounts.statusOf(route.domain_id);
    if (status !== 'active') throw refusals.accountNotActive(status);
    const timeoutMs = route.timeout_ms > 0 ? route.timeout_ms + limits.routeTimeoutGraceMs : limits.maxRequestMs;
    this.deadline = setTimeout(() => this.refuse(refusals.timedOut(route.timeout_ms || limits.maxRequestMs)), timeoutMs);
    const credential = gatekeeper.credentialOf(route, this.head);
    if (credential !== undefined) {
      if (credential === 'signature') this.heldBody = await this.holdBody(decoder);
      await gatekeeper.admit(route, this.head, credential, this.heldBody ?? NO_BYTES);
    }
    return { address, route, credential };
  }

  /** Reads the whole body into memory. */
  private holdBody(decoder: BodyDecoder): Promise<Buffer> {
    if (decoder.done) return Promise.resolve(NO_BYTES);
    const { heldBodies, limits } = this.context;
    const held = heldBodies.hold(this.head.body, decoder, () => this.refuse(refusals.bodyStalled(limits.clientStallMs)));
    this.held = held;
    this.onBodyBytes = (piece) => {
      const rest = held.onClientData(piece);
      if (rest !== undefined && rest.length > 0) this.client.keepUnread(rest);
    };
    this.continueIfExpected();
    this.onBodyBytes(this.firstBytes);
    if (!decoder.done) this.client.socket.resume();
    return held.whole;
  }

  private async forward(admitted: Admitted, decoder: BodyDecoder, fresh = false): Promise<void> {
    if (this.over) return;
    this.worker = await this.reachWorker(admitted.route.func_id, fresh);
    if (this.over) {
      this.context.pool.release(this.worker);
      this.worker = undefined;
    } else if (this.worker.socket.destroyed) {
      this.onWorkerClosed();
    } else {
      this.sendRequest(admitted, decoder, this.worker.socket);
    }
  }

  /** The first of the function's workers that accepts a connection. */
  private async reachWorker(functionId: string, fresh: boolean): Promise<WorkerConnection> {
    const { pool, workers, logger } = this.context;
    for (const worker of workersFor(functionId, workers)) {
      try {
        return await pool.acquire(worker, this, fresh);
      } catch (error) {
        if (error instanceof Refusal) throw error;
        logger.warn({ err: error, worker }, 'worker not reachable');
      }
    }
    throw refusals.noWorker();
  }

  private sendRequest(admitted: Admitted, decoder: BodyDecoder, worker: Socket): void {
    const { head, requestId } = this;
    const { path } = admitted.address;
    const { query } = splitTarget(head.target);
    const fields = requestFields({ ...admitted, head, requestId, sourceIp: this.client.address });
    worker.cork();
    worker.write(serializeRequestHead(head.method, path + query, fields));
    if (this.heldBody !== undefined) this.sendHeldBody(worker, this.heldBody, decoder);
    else if (!decoder.done) this.relayBody(worker, decoder, admitted.credential);
    worker.uncork();
  }

  private sendHeldBody(worker: Socket, body: Buffer, decoder: BodyDecoder): void {
    const encoder = createBodyEncoder(this.head.body);
    if (body.length > 0) encoder.write(worker, body);
    encoder.end(worker, decoder.trailers.fields.filter(([name]) => isForFunction(name, 'signature')));
    this.requestSent = true;
  }

  private relayBody(worker: Socket, decoder: BodyDecoder, credential: CredentialKind | undefined): void {
    const { clientStallMs } = this.context.limits;
    const keepTrailer = (name: string): boolean => isForFunction(name, credential);
    const relay = new RequestBodyRelay(decoder, this.head.body, this.client.socket, clientStallMs, keepTrailer, {
      onComplete: (rest) => this.onRequestSent(rest),
      onStalled: () => this.refuse(refusals.bodyStalled(clientStallMs)),
    });
    this.bodyRelay = relay;
    this.onBodyBytes = (piece) => relay.onClientData(piece);
    this.continueIfExpected();
    const first = this.firstBytes;
    this.firstBytes = NO_BYTES;
    relay.start(worker, first);
  }

  /** A client that has begun to send does not wait any more. */
  private continueIfExpected(): void {
    if (!this.head.expectContinue || this.firstBytes.length > 0 || this.continued) return;
    this.continued = true;
    this.client.socket.write(CONTINUE);
  }

  private onRequestSent(rest: Buffer): void {
    this.requestSent = true;
    if (rest.length > 0) this.client.keepUnread(rest);
    else this.client.socket.resume();
  }

  // What the worker answers.

  private readAnswer(piece: Buffer): AnswerProgress {
    try {
      return this.answer.onWorkerData(piece);
    } catch (error) {
      if (!isHttp1Error(error)) throw error;
      this.context.logger.warn({ requestId: this.requestId, reason: error.reason }, 'malformed answer');
      throw refusals.workerMalformed();
    }
  }

  private onAnswerProgress(progress: AnswerProgress): void {
    switch (progress.kind) {
      case 'more':
        return;
      case 'slow-client':
        this.worker?.socket.pause();
        clearTimeout(this.clientStall);
        this.clientStall = setTimeout(() => this.client.socket.destroy(), this.context.limits.clientStallMs);
        return;
      case 'complete':
        this.complete(progress.reusable);
        return;
      case 'upgraded':
        this.beginTunnel(progress.rest);
        return;
      default:
        progress satisfies never;
    }
  }

  private complete(reusable: boolean): void {
    const { worker, requestSent } = this;
    this.worker = undefined;
    if (worker !== undefined && reusable && requestSent) this.context.pool.release(worker);
    else if (worker !== undefined) this.context.pool.discard(worker);
    this.end();
    // An answer that came before the end of the body leaves bytes on the way that are no request.
    this.client.onExchangeEnded(this.answer.clientKeepAlive && requestSent);
  }

  private beginTunnel(rest: Buffer): void {
    const worker = this.worker?.socket;
    if (worker === undefined) return;
    clearTimeout(this.deadline);
    this.tunnel = new Tunnel(this.client.socket, worker, this.context.limits.tunnelIdleMs);
    if (rest.length > 0) this.tunnel.onWorkerData(rest);
    const early = this.client.takeUnread();
    if (early.length > 0) this.tunnel.onClientData(early);
    this.client.socket.resume();
  }

  private afterWorkerClosed(reused: boolean): void {
    if (this.over) return;
    if (reused && this.maySendAgain()) {
      this.retried = true;
      this.sendAgain();
    } else if (this.answer.headSent) {
      try {
        this.answer.onWorkerClosed();
      } catch {
        // The client has a head and a part of the body: only a broken connection tells it that the rest will not come.
        this.client.socket.destroy();
        return;
      }
      this.complete(false);
    } else {
      this.refuse(refusals.workerFailed());
    }
  }

  /**
   * A worker may close an idle connection at the moment in which the next request is sent on it. The request can go out once
   * more when the worker has not answered at all and when doing it twice would do no harm.
   */
  private maySendAgain(): boolean {
    const bodyGone = this.bodyRelay?.started === true && this.heldBody === undefined;
    return !this.retried && !this.answer.started && !bodyGone && IDEMPOTENT.has(this.head.method);
  }

  private sendAgain(): void {
    const { admitted, decoder } = this;
    if (admitted === undefined || decoder === undefined) return;
    this.forward(admitted, decoder, true).catch((error: unknown) => this.refuse(error));
  }

  // Ends other than an answer.

  private guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.refuse(error);
    }
  }

  private refuse(error: unknown): void {
    if (this.over) return;
    const refusal = this.refusalFor(error);
    const bodyRead = this.decoder?.done === true;
    const { socket } = this.client;
    const keepAlive = bodyRead && this.head.keepAlive && this.client.mayKeepAlive();
    const headSent = this.answer.headSent;
    this.end();
    if (headSent) {
      socket.destroy();
      return;
    }
    socket.write(refusalBytes(refusal, this.requestId, { keepAlive, withBody: this.head.method !== 'HEAD' }));
    this.client.onExchangeEnded(keepAlive);
  }

  private refusalFor(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (isHttp1Error(error)) {
      return error.reason === 'BODY_TOO_LARGE' ? refusals.bodyTooLarge(this.context.limits.maxBodyBytes) : refusals.malformed(error);
    }
    this.context.logger.error({ err: error, requestId: this.requestId }, 'exchange failed');
    return refusals.internal();
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.deadline);
    clearTimeout(this.clientStall);
    this.bodyRelay?.stop();
    this.held?.release();
    if (this.worker !== undefined) this.context.pool.discard(this.worker);
    this.worker = undefined;
  }
}
