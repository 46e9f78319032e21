import type { Socket } from 'node:net';
import {
  createBodyDecoder,
  createBodyEncoder,
  endToEndFields,
  isHttp1Error,
  serializeResponseHead,
  type BodyDecoder,
  type BodyEncoder,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
  type ResponseHead,
} from '@windlass/http1';
import type { Caller, CallerListener } from '../caller.js';
import { type Failure, failureBody } from '../failure.js';
import { MAX_BODY_BYTES } from '../max-body-bytes.js';
import type { BodyReceiver, RequestBody } from '../request-body.js';
import type { UpgradeEnd, UpgradeLimits } from '../upgrade-end.js';
import { joinSockets } from './join-sockets.js';

/** What a request does with its connection. */
export interface RequestConnection {
  readonly socket: Socket;
  /** The answer is on its way; `keep` when the connection may carry another request, which begins with `rest`. */
  over(keep: boolean, rest: Buffer): void;
  /** The connection no longer speaks HTTP. */
  leave(): void;
}

const EMPTY = Buffer.alloc(0);
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
/** Bytes that came before anybody wanted them; more are left in the socket. */
const MAX_EARLY_BYTES = 64 * 1024;

/** One request of a gateway's connection: the body on its way in and the answer on its way out. */
export class ServedRequest implements RequestBody, Caller {
  readonly framing: BodyFraming;
  gone = false;
  listener: CallerListener | undefined;
  private readonly decoder: BodyDecoder | undefined;
  private receiver: BodyReceiver | undefined;
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private encoder: BodyEncoder | undefined;
  private closing = false;
  private corked = false;

  constructor(
    private readonly connection: RequestConnection,
    private readonly request: RequestHead,
    private readonly requestId: string,
    private readonly upgradeLimits: UpgradeLimits,
    rest: Buffer,
  ) {
    this.framing = request.body;
    // One over the limit is refused before its body is read; it needs no decoder, which would refuse it too.
    const tooLarge = request.body.kind === 'length' && request.body.length > MAX_BODY_BYTES;
    this.decoder = tooLarge ? undefined : createBodyDecoder(request.body, { maxBodyBytes: MAX_BODY_BYTES });
    if (rest.length > 0) this.received(rest);
  }

  /** Bytes of the connection while this request has it. */
  received(piece: Buffer): void {
    if (this.receiver !== undefined && this.decoder?.done === false) {
      this.decode(piece);
      return;
    }
    this.early.push(piece);
    this.earlyBytes += piece.length;
    if (this.earlyBytes >= MAX_EARLY_BYTES) this.connection.socket.pause();
  }

  drained(): void {
    this.listener?.onCallerWritable();
  }

  /** The gateway closed the connection. */
  closed(): void {
    this.gone = true;
    this.listener?.onCallerGone();
  }

  start(receiver: BodyReceiver): void {
    this.receiver = receiver;
    if (this.decoder?.done === true) {
      receiver.end([]);
      return;
    }
    if (this.request.expectContinue && this.earlyBytes === 0) this.connection.socket.write(CONTINUE);
    const early = this.early.splice(0);
    this.earlyBytes = 0;
    // What came may hold it up at once: then it is resumed by the receiver.
    this.connection.socket.resume();
    for (const piece of early) this.received(piece);
  }

  pause(): void {
    this.connection.socket.pause();
  }

  resume(): void {
    this.connection.socket.resume();
  }

  interim(head: ResponseHead): void {
    if (this.request.version === '1.1') this.connection.socket.write(headBytes(head, endToEndFields(head.headers)));
  }

  head(head: ResponseHead, body: BodyFraming): void {
    const fields = endToEndFields(head.headers);
    if (body.kind === 'length' && !head.headers.has('content-length')) fields.push(['Content-Length', String(body.length)]);
    this.begin(head, fields, body);
  }

  data(slice: Buffer): boolean {
    return this.encoder?.write(this.connection.socket, Buffer.from(slice)) ?? true;
  }

  flush(): void {
    if (this.corked) this.connection.socket.uncork();
    this.corked = false;
  }

  end(trailers: Iterable<HeaderField>): void {
    this.encoder?.end(this.connection.socket, trailers);
    this.flush();
    this.connection.over(!this.closing, Buffer.concat(this.early.splice(0)));
  }

  cut(): void {
    this.flush();
    this.connection.over(false, EMPTY);
  }

  fail(failure: Failure): void {
    const body = failureBody(failure, this.requestId);
    const fields: HeaderField[] = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['X-CFF-Request-Id', this.requestId],
      ['X-Func-Err-Code', String(failure.code)],
      ['X-Is-Func-Err', String(failure.fault === 'function')],
      ['X-Func-Err-Reason', failure.reason],
    ];
    if (failure.retryAfterSeconds !== undefined) fields.push(['Retry-After', String(failure.retryAfterSeconds)]);
    const withBody = this.request.method !== 'HEAD';
    this.begin({ status: failure.httpStatus, reasonPhrase: '' }, fields, withBody ? { kind: 'length', length: body.length } : { kind: 'none' });
    if (withBody) this.data(body);
    this.end([]);
  }

  upgrade(head: ResponseHead, app: Socket, rest: Buffer): Promise<UpgradeEnd> {
    const { socket } = this.connection;
    this.connection.leave();
    const protocol = head.upgrade ?? this.request.upgrade ?? '';
    socket.write(headBytes(head, [...endToEndFields(head.headers), ['Connection', 'Upgrade'], ['Upgrade', protocol]]));
    if (rest.length > 0) socket.write(Buffer.from(rest));
    for (const piece of this.early.splice(0)) app.write(piece);
    return joinSockets(socket, app, this.upgradeLimits);
  }

  private begin(head: Pick<ResponseHead, 'status' | 'reasonPhrase'>, fields: HeaderField[], body: BodyFraming): void {
    let framing = body;
    if (body.kind === 'chunked') {
      if (this.request.version === '1.0') framing = { kind: 'until-close' };
      else fields.push(['Transfer-Encoding', 'chunked']);
    }
    // A body that has not come whole leaves the connection in no state for another request.
    this.closing = !this.request.keepAlive || framing.kind === 'until-close' || this.decoder?.done !== true;
    if (this.closing) fields.push(['Connection', 'close']);
    this.encoder = createBodyEncoder(framing);
    // Head and first data leave together.
    this.connection.socket.cork();
    this.corked = true;
    this.connection.socket.write(headBytes(head, fields));
  }

  private decode(piece: Buffer): void {
    const { decoder, receiver } = this;
    if (decoder === undefined || receiver === undefined) return;
    let rest: Buffer | undefined;
    try {
      rest = decoder.decode(piece, (slice) => receiver.slice(slice));
    } catch (error) {
      if (!isHttp1Error(error)) throw error;
      receiver.broken(
        error.reason === 'BODY_TOO_LARGE' ? { kind: 'REQUEST_TOO_LARGE' } : { kind: 'REQUEST_MALFORMED', detail: error.message, status: error.status },
      );
      return;
    }
    if (rest !== undefined && rest.length > 0) this.early.push(rest);
    if (decoder.done) receiver.end(decoder.trailers);
  }
}

function headBytes({ status, reasonPhrase }: Pick<ResponseHead, 'status' | 'reasonPhrase'>, fields: readonly HeaderField[]): Buffer {
  return serializeResponseHead(status, reasonPhrase, fields);
}
