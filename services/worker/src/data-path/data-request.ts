import type { Socket } from 'node:net';
import {
  createBodyDecoder,
  createBodyEncoder,
  isHttp1Error,
  serializeResponseHead,
  type BodyDecoder,
  type BodyEncoder,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
} from '@windlass/http1';
import { errorBody, MAX_BODY_BYTES, type AnswerHead, type BodyReceiver, type Caller, type RequestBody, type Verdict } from '../invocation/index.js';
import { relay } from './relay.js';

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

/** One request of a gateway connection: the body on its way in and the answer on its way out. */
export class DataRequest implements RequestBody, Caller {
  readonly framing: BodyFraming;
  gone = false;
  onGone: (() => void) | undefined;
  private readonly decoder: BodyDecoder | undefined;
  private receiver: BodyReceiver | undefined;
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private encoder: BodyEncoder | undefined;
  private closing = false;

  constructor(
    private readonly connection: RequestConnection,
    private readonly request: RequestHead,
    private readonly requestId: string,
    private readonly upgradeIdleMs: number,
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

  /** The gateway closed the connection. */
  closed(): void {
    this.gone = true;
    this.onGone?.();
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
    for (const piece of early) this.received(piece);
    this.connection.socket.resume();
  }

  pause(): void {
    this.connection.socket.pause();
  }

  resume(): void {
    this.connection.socket.resume();
  }

  interim({ status, reasonPhrase, fields }: AnswerHead): void {
    if (this.request.version === '1.1') this.connection.socket.write(serializeResponseHead(status, reasonPhrase, fields));
  }

  head({ status, reasonPhrase, fields }: AnswerHead, body: BodyFraming): void {
    const { socket } = this.connection;
    const sent: HeaderField[] = [...fields];
    let framing = body;
    if (body.kind === 'chunked') {
      if (this.request.version === '1.0') framing = { kind: 'until-close' };
      else sent.push(['Transfer-Encoding', 'chunked']);
    }
    // A body that has not come whole leaves the connection in no state for another request.
    this.closing = !this.request.keepAlive || framing.kind === 'until-close' || this.decoder?.done !== true;
    if (this.closing) sent.push(['Connection', 'close']);
    this.encoder = createBodyEncoder(framing);
    // Head and first data leave together.
    socket.cork();
    process.nextTick(() => socket.uncork());
    socket.write(serializeResponseHead(status, reasonPhrase, sent));
  }

  data(slice: Buffer): void {
    this.encoder?.write(this.connection.socket, slice);
  }

  end(trailers: Iterable<HeaderField>): void {
    this.encoder?.end(this.connection.socket, trailers);
    this.connection.over(!this.closing, Buffer.concat(this.early.splice(0)));
  }

  cut(): void {
    this.connection.over(false, EMPTY);
  }

  fail(verdict: Verdict): void {
    const body = errorBody(verdict, this.requestId);
    const fields: HeaderField[] = [
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['X-CFF-Request-Id', this.requestId],
      ['X-Func-Err-Code', String(verdict.code)],
      ['X-Is-Func-Err', String(verdict.fault === 'function')],
    ];
    if (verdict.retryAfterSeconds !== undefined) fields.push(['Retry-After', String(verdict.retryAfterSeconds)]);
    const head = { status: verdict.httpStatus, reasonPhrase: '', fields };
    if (this.request.method === 'HEAD') {
      this.head(head, { kind: 'none' });
    } else {
      this.head(head, { kind: 'length', length: body.length });
      this.data(body);
    }
    this.end([]);
  }

  async upgrade({ status, reasonPhrase, fields }: AnswerHead, app: Socket, rest: Buffer): Promise<void> {
    const { socket } = this.connection;
    this.connection.leave();
    socket.write(serializeResponseHead(status, reasonPhrase, fields));
    if (rest.length > 0) socket.write(rest);
    for (const piece of this.early.splice(0)) app.write(piece);
    await relay(socket, app, this.upgradeIdleMs);
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
        error.reason === 'BODY_TOO_LARGE'
          ? { kind: 'REQUEST_TOO_LARGE' }
          : { kind: 'REQUEST_MALFORMED', detail: error.message, status: error.status },
      );
      return;
    }
    if (rest !== undefined && rest.length > 0) this.early.push(rest);
    if (decoder.done) receiver.end(decoder.trailers);
  }
}
