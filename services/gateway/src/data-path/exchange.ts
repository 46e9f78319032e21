import type { Socket } from 'node:net';
import { type CallerListener, type Failure, type RequestBody, type UpgradeEnd, type WorkerCaller, type WorkerLoss } from '@windlass/function-exchange';
import type { Route } from '@windlass/contracts/registry/v1/catalog';
import {
  createBodyDecoder,
  isHttp1Error,
  serializeResponseHead,
  type BodyDecoder,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
  type ResponseHead,
} from '@windlass/http1';
import type { Address } from './address.js';
import { AnswerWriter } from './answer-writer.js';
import { ClientBody, type ClientBodyEvents, EMPTY_BODY, WholeBody } from './client-body.js';
import type { ExchangeClient, ExchangeContext } from './exchange-context.js';
import { fieldsForFunction, wantsWebSocket, type CredentialKind } from './forwarded-head.js';
import type { HeldBody } from './held-bodies.js';
import type { KnownRequest } from './known-request.js';
import { failureBytes, Refusal, refusalBytes, refusals } from './refusal.js';
import { partyOfAddress } from './refusal-pace.js';
import { newRequestId } from './request-id.js';
import { Tunnel } from './tunnel.js';
import type { KnownWorker } from './workers.js';

/** What is settled once the request may be forwarded. */
interface Admitted {
  readonly known: KnownRequest;
  readonly address: Address;
  readonly route: Route;
  readonly credential: CredentialKind | undefined;
  /** The body of a signed request, complete. */
  readonly heldBody: Buffer | undefined;
}

/** The stage of every trigger: the documented API publishes them in this environment. */
const STAGE = 'RELEASE';
const CONTINUE = serializeResponseHead(100, 'Continue', []);
const NO_BYTES = Buffer.alloc(0);

/**
 * One request and its answer: find the route, admit the caller, hand the request to a worker, write the answer that comes. It ends
 * exactly once: with an answer, with a refusal, or with the client's disappearance. What is known at once is done at once, without
 * a promise.
 */
export class Exchange implements WorkerCaller, ClientBodyEvents {
  /** True once nothing may be given to the client any more. */
  gone = false;
  listener: CallerListener | undefined;
  private readonly requestId = newRequestId();
  private readonly answer: AnswerWriter;
  private decoder: BodyDecoder | undefined;
  private body: ClientBody | undefined;
  private held: HeldBody | undefined;
  private tunnel: Tunnel | undefined;
  private workers: readonly KnownWorker[] = [];
  private workersTried = 0;
  private admitted: Admitted | undefined;
  /** The account whose function is asked, once it is known. */
  private accountId: string | undefined;
  /** A worker in another process refuses: its answer is kept together until it may be given. */
  private refused = false;
  private timeoutMs = 0;
  private continued = false;
  /** What of the body came with the head has been read; the end of the client's side may be known before that. */
  private bodyBegun = false;
  private clientEnded = false;

  constructor(
    private readonly context: ExchangeContext,
    private readonly client: ExchangeClient,
    private readonly request: RequestHead,
    /** Bytes of the body that came with the head. */
    private firstBytes: Buffer,
  ) {
    this.answer = new AnswerWriter(request, this.requestId, client.socket);
  }

  serve(): void {
    try {
      if (this.request.method === 'CONNECT') throw refusals.connectNotSupported();
      this.beginBody();
      const known = this.client.know(this.request);
      const { address } = known;
      if (address === undefined) throw refusals.unknownApi();
      const found = this.context.finder.find(address, this.request.method);
      if (found instanceof Promise) found.then((route) => this.admit(route, address, known)).catch((error: unknown) => this.refuse(error));
      else this.admit(found, address, known);
    } catch (error) {
      this.refuse(error);
    }
  }

  onClientData(piece: Buffer): void {
    if (this.tunnel !== undefined) this.tunnel.onClientData(piece);
    else if (this.decoder?.done !== false) this.client.keepUnread(piece);
    else if (this.body !== undefined) this.body.onClientData(piece);
    else if (this.held !== undefined) this.holdOn(this.held, piece);
  }

  onClientDrain(): void {
    if (this.tunnel !== undefined) this.tunnel.onClientDrain();
    else this.listener?.onCallerWritable();
  }

  /** The client sends no more, and still wants its answer. */
  onClientEnd(): void {
    this.clientEnded = true;
    if (this.tunnel !== undefined) this.tunnel.onClientEnd();
    else if (this.bodyBegun) this.refuseTruncated();
  }

  /** The client is gone: nobody waits for the answer any more. */
  onClientClosed(): void {
    this.tunnel?.onClientClosed();
    this.stop();
  }

  onDeadline(): void {
    this.refuse(refusals.timedOut(this.timeoutMs));
  }

  // What the worker answers.

  interim(head: ResponseHead): void {
    this.answer.interim(head);
  }

  head(head: ResponseHead, body: BodyFraming): void {
    // The whole of it is there at once; what streams is no refusal, whatever it calls itself.
    this.refused = head.status >= 400 && (body.kind === 'length' || body.kind === 'none') && head.headers.has('x-func-err-code');
    this.answer.head(head, body, this.mayKeepAlive());
  }

  data(slice: Buffer): boolean {
    this.answer.data(slice);
    return this.client.keepsUp();
  }

  flush(): void {
    if (this.refused) return;
    this.answer.flush();
    this.client.keepsUp();
  }

  end(trailers: Iterable<HeaderField>): void {
    const requestRead = this.decoder?.done === true;
    this.stop();
    const give = (): void => {
      this.answer.end(trailers);
      // An answer that came before the end of the body leaves bytes on the way that are no request.
      this.client.onExchangeEnded(this.answer.keepAlive && requestRead);
    };
    if (this.refused) this.giveInTime(give);
    else give();
  }

  /** The client has a head and a part of the body: only a broken connection tells it that the rest will not come. */
  cut(): void {
    this.stop();
    this.client.socket.destroy();
  }

  fail(failure: Failure): void {
    this.answerOurselves((options) => failureBytes(failure, this.requestId, options));
  }

  lost(loss: WorkerLoss): void {
    switch (loss.kind) {
      case 'unreachable':
        this.context.logger.warn({ err: loss.error, worker: this.workers[this.workersTried - 1]?.name }, 'worker not reachable');
        this.forwardToNext();
        return;
      case 'busy':
        this.refuse(refusals.workerBusy(loss.maxConnections));
        return;
      case 'broke-off':
        this.refuse(refusals.workerFailed());
        return;
      case 'malformed-answer':
        this.context.logger.warn({ requestId: this.requestId, reason: loss.reason }, 'malformed answer');
        this.refuse(refusals.workerMalformed());
        return;
      default:
        loss satisfies never;
    }
  }

  upgrade(head: ResponseHead, app: Socket, rest: Buffer): Promise<UpgradeEnd> {
    const { client } = this;
    this.answer.upgrade(head, 'websocket');
    client.clearDeadline();
    const { tunnelIdleMs: idleMs, tunnelMaxMs: maxMs } = this.context.limits;
    this.tunnel = new Tunnel(client.socket, app, { idleMs, maxMs }, this.context.timers);
    if (rest.length > 0) this.tunnel.onAppData(Buffer.from(rest));
    const early = client.takeUnread();
    if (early.length > 0) this.tunnel.onClientData(early);
    client.socket.resume();
    return this.tunnel.closed;
  }

  // What the client's body says.

  onBodyComplete(rest: Buffer): void {
    if (this.gone) return;
    if (rest.length > 0) this.client.keepUnread(rest);
    else this.client.socket.resume();
  }

  onBodyStalled(): void {
    this.refuse(refusals.bodyStalled(this.context.limits.clientStallMs));
  }

  onBodyBroken(error: unknown): void {
    this.refuse(error);
  }

  /** A client that has begun to send does not wait any more. */
  onBodyWanted(): void {
    if (!this.request.expectContinue || this.firstBytes.length > 0 || this.continued) return;
    this.continued = true;
    this.client.socket.write(CONTINUE);
  }

  onBodyBegun(): void {
    this.bodyBegun = true;
    if (this.clientEnded) this.refuseTruncated();
  }

  // Steps of serving, in order.

  private beginBody(): void {
    this.decoder = createBodyDecoder(this.request.body, this.context.limits);
    if (!this.decoder.done) this.client.socket.pause();
    else if (this.firstBytes.length > 0) this.client.keepUnread(this.firstBytes);
  }

  private admit(route: Route, address: Address, known: KnownRequest): void {
    if (this.gone) return;
    const { gatekeeper, accounts, limits } = this.context;
    this.accountId = route.domain_id;
    if (route.disabled) throw refusals.apiDisabled();
    const status = accounts.statusOf(route.domain_id);
    if (status !== 'active') throw refusals.accountNotActive(status);
    this.timeoutMs = route.timeout_ms || limits.maxRequestMs;
    this.client.setDeadline(route.timeout_ms > 0 ? route.timeout_ms + limits.routeTimeoutGraceMs : limits.maxRequestMs);
    const credential = gatekeeper.credentialOf(route, this.request);
    if (credential === undefined) this.forward({ known, address, route, credential, heldBody: undefined });
    else this.checkCredential(route, credential).then((heldBody) => this.forward({ known, address, route, credential, heldBody })).catch((error: unknown) => this.refuse(error));
  }

  private async checkCredential(route: Route, credential: CredentialKind): Promise<Buffer | undefined> {
    const heldBody = credential === 'signature' ? await this.holdBody() : undefined;
    await this.context.gatekeeper.admit(route, this.request, credential, heldBody ?? NO_BYTES);
    return heldBody;
  }

  /** Reads the whole body into memory. */
  private holdBody(): Promise<Buffer> {
    const { decoder } = this;
    if (decoder === undefined || decoder.done) return Promise.resolve(NO_BYTES);
    const held = this.context.heldBodies.hold(this.request.body, decoder, () => this.onBodyStalled());
    this.held = held;
    this.onBodyWanted();
    this.holdOn(held, this.firstBytes);
    this.onBodyBegun();
    if (!decoder.done) this.client.socket.resume();
    return held.whole;
  }

  private holdOn(held: HeldBody, piece: Buffer): void {
    try {
      const rest = held.onClientData(piece);
      if (rest !== undefined && rest.length > 0) this.client.keepUnread(rest);
    } catch (error) {
      this.refuse(error);
    }
  }

  private forward(admitted: Admitted): void {
    if (this.gone) return;
    this.admitted = admitted;
    this.workers = this.context.workers.inOrderFor(admitted.route.func_id);
    this.forwardToNext();
  }

  /** The first of the function's workers that accepts a connection serves the request. */
  private forwardToNext(): void {
    const worker = this.workers[this.workersTried];
    const { admitted, request, client } = this;
    if (worker === undefined || admitted === undefined) {
      this.refuse(refusals.noWorker());
      return;
    }
    this.workersTried += 1;
    const { known, address, route, credential } = admitted;
    const { target, fieldLines } = known.forwardedBy(route, address, credential);
    worker.serve(
      {
        requestId: this.requestId,
        functionId: route.func_id,
        version: route.func_version,
        revision: 0,
        timeoutMs: route.timeout_ms,
        method: request.method,
        target,
        headers: request.headers,
        fieldLines,
        upgrade: wantsWebSocket(request) ? 'websocket' : undefined,
        apiId: route.route_id,
        sourceIp: client.address,
        stage: STAGE,
        body: this.bodyFor(admitted),
        memo: known,
      },
      this,
    );
  }

  private bodyFor({ credential, heldBody }: Admitted): RequestBody {
    const { decoder, request } = this;
    if (decoder === undefined || request.body.kind === 'none') return EMPTY_BODY;
    const keepTrailer = fieldsForFunction(credential).passes;
    if (heldBody !== undefined || decoder.done) {
      return new WholeBody(request.body, heldBody ?? NO_BYTES, decoder.trailers.fields.filter(([name]) => keepTrailer(name.toLowerCase())));
    }
    const { timers, limits } = this.context;
    return (this.body ??= new ClientBody(request.body, decoder, this.firstBytes, this.client.socket, timers, limits.clientStallMs, keepTrailer, this));
  }

  // Ends other than an answer.

  private refuse(error: unknown): void {
    if (this.gone) return;
    const refusal = this.refusalFor(error);
    this.answerOurselves((options) => refusalBytes(refusal, this.requestId, options));
  }

  private answerOurselves(bytes: (options: { keepAlive: boolean; withBody: boolean }) => Buffer): void {
    if (this.gone) return;
    const { client, request } = this;
    const requestRead = this.decoder?.done === true;
    const { begun } = this.answer;
    this.stop();
    if (begun) {
      client.socket.destroy();
      return;
    }
    this.giveInTime(() => {
      const keepAlive = requestRead && request.keepAlive && this.mayKeepAlive();
      client.socket.write(bytes({ keepAlive, withBody: request.method !== 'HEAD' }));
      client.onExchangeEnded(keepAlive);
    });
  }

  /** What refuses a request is given no faster than the pace of whose it is. */
  private giveInTime(give: () => void): void {
    const delayMs = this.context.refusalPace.delayOf(this.accountId ?? partyOfAddress(this.client.address));
    if (delayMs > 0) this.client.holdAnswer(delayMs, give);
    else give();
  }

  /** What a client sends behind its wish to switch protocols may be of that other protocol: it is not read as a request. */
  private mayKeepAlive(): boolean {
    return this.request.upgrade === undefined && this.client.mayKeepAlive();
  }

  private refuseTruncated(): void {
    if (this.decoder?.done === false) this.refuse(refusals.truncated());
  }

  private refusalFor(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (isHttp1Error(error)) {
      return error.reason === 'BODY_TOO_LARGE' ? refusals.bodyTooLarge(this.context.limits.maxBodyBytes) : refusals.malformed(error);
    }
    this.context.logger.error({ err: error, requestId: this.requestId }, 'exchange failed');
    return refusals.internal();
  }

  private stop(): void {
    if (this.gone) return;
    this.gone = true;
    this.client.clearDeadline();
    this.body?.stop();
    this.held?.release();
    const { listener } = this;
    this.listener = undefined;
    listener?.onCallerGone();
  }
}
