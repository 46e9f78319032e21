import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Deadline } from '@windlass/coarse-timers';
import { isHttp1Error, RequestHeadParser, type RequestHead } from '@windlass/http1';
import { Exchange } from './exchange.js';
import type { ExchangeClient, ExchangeContext } from './exchange-context.js';
import { KnownRequest } from './known-request.js';
import { Refusal, refusalBytes, refusals } from './refusal.js';
import { partyOfAddress } from './refusal-pace.js';

const NO_BYTES = Buffer.alloc(0);

/**
 * - `waiting`: for the first byte of a request.
 * - `reading`: a head has begun.
 * - `exchanging`: a request is being served.
 * - `holding`: a request is refused, and its client is told so later.
 * - `closing`: the last answer is written; what still comes is dropped, so that the client can read that answer.
 */
type State = 'waiting' | 'reading' | 'exchanging' | 'holding' | 'closing';

export interface ClientConnectionEvents {
  onRequest(): void;
  /** An answer is held back; it is given now, or its client has left. */
  onHeld(): void;
  onReleased(): void;
  onClosed(): void;
}

/** One connection of a client: its requests, one after the other. */
export class ClientConnection implements ExchangeClient {
  readonly address: string;
  private readonly parser: RequestHeadParser;
  private state: State = 'waiting';
  private exchange: Exchange | undefined;
  private known: KnownRequest | undefined;
  private unread: Buffer = NO_BYTES;
  /** What must happen next must happen before it: the next bytes, the end of the request, the end of the connection. */
  private readonly deadline: Deadline;
  private retiring = false;
  /** Gives the answer that is held back. */
  private giveHeld: (() => void) | undefined;
  /** The client sends nothing any more. */
  private ended = false;
  /** The client has much to take, and is given up when it takes nothing for a while. */
  private behind = false;

  constructor(
    readonly socket: Socket,
    private readonly context: ExchangeContext,
    private readonly events: ClientConnectionEvents,
  ) {
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=[0-9.]+$)/, '');
    this.parser = new RequestHeadParser(context.limits);
    this.deadline = new Deadline(context.timers, () => this.onDeadline());
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.onData(piece));
    socket.on('drain', () => this.onDrain());
    socket.on('end', () => this.onEnd());
    socket.on('error', () => socket.destroy());
    // Set only while the client has not taken what was written, or by a tunnel.
    socket.on('timeout', () => socket.destroy());
    socket.on('close', () => this.onClosed());
    this.deadline.set(context.limits.headerTimeoutMs);
  }

  /** No further request: ends now when idle, else after the running one. */
  retire(): void {
    this.retiring = true;
    // The end of the last answer may still be on its way to a slow client.
    if (this.state === 'waiting') this.socket.destroySoon();
    else if (this.state === 'holding') this.giveAnswer();
  }

  destroy(): void {
    this.socket.destroy();
  }

  know(head: RequestHead): KnownRequest {
    if (this.known?.head === head) return this.known;
    const known = new KnownRequest(head, this.address);
    this.known = this.parser.keeps(head) ? known : undefined;
    return known;
  }

  mayKeepAlive(): boolean {
    return !this.retiring && !(this.ended && this.unread.length === 0);
  }

  setDeadline(ms: number): void {
    this.deadline.set(ms);
  }

  clearDeadline(): void {
    this.deadline.clear();
  }

  keepsUp(): boolean {
    if (!this.socket.writableNeedDrain) return true;
    if (!this.behind) this.socket.setTimeout(this.context.limits.clientStallMs);
    this.behind = true;
    return false;
  }

  /** Reading stops until the bytes are taken, so that they stay few. */
  keepUnread(bytes: Buffer): void {
    this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
    this.socket.pause();
  }

  takeUnread(): Buffer {
    const bytes = this.unread;
    this.unread = NO_BYTES;
    return bytes;
  }

  holdAnswer(ms: number, give: () => void): void {
    this.exchange = undefined;
    if (this.socket.destroyed) return;
    this.state = 'holding';
    this.giveHeld = give;
    this.socket.pause();
    this.deadline.set(ms);
    this.events.onHeld();
  }

  onExchangeEnded(keepAlive: boolean): void {
    this.exchange = undefined;
    if (this.socket.destroyed) return;
    if (!keepAlive || this.retiring) {
      this.closeAfterAnswer();
      return;
    }
    this.state = 'waiting';
    // The next request waits until the client has taken the answer, or answers would pile up here.
    if (this.keepsUp()) this.readOn();
    else this.socket.pause();
  }

  private onData(piece: Buffer): void {
    switch (this.state) {
      case 'waiting':
      case 'reading':
        this.readHead(piece);
        return;
      case 'exchanging':
        this.exchange?.onClientData(piece);
        return;
      case 'holding':
        this.keepUnread(piece);
        return;
      case 'closing':
        return;
      default:
        this.state satisfies never;
    }
  }

  private onDrain(): void {
    if (this.behind) this.socket.setTimeout(0);
    this.behind = false;
    if (this.exchange !== undefined) this.exchange.onClientDrain();
    else if (this.state === 'waiting') this.readOn();
  }

  private readOn(): void {
    this.deadline.set(this.context.limits.idleTimeoutMs);
    if (this.unread.length === 0) {
      this.socket.resume();
      if (this.ended) this.onNothingMore();
      return;
    }
    // In a turn of its own: a client may have sent any number of requests at once.
    setImmediate(() => {
      if (this.state !== 'waiting' || this.socket.destroyed) return;
      const bytes = this.takeUnread();
      this.socket.resume();
      this.readHead(bytes);
      if (this.ended) this.onNothingMore();
    });
  }

  private onEnd(): void {
    this.ended = true;
    if (this.exchange === undefined) {
      // Requests may still wait here to be read.
      if (this.unread.length === 0) this.onNothingMore();
      return;
    }
    // One that is gone altogether looks the same, until its system refuses what is written to it.
    this.exchange.onClientEnd();
  }

  /** All that the client sent is read, and it will send no more. */
  private onNothingMore(): void {
    if (this.state === 'reading') this.refuse(refusals.truncated());
    else if (this.state === 'waiting') this.socket.destroySoon();
  }

  private readHead(piece: Buffer): void {
    let read: ReturnType<RequestHeadParser['read']>;
    try {
      read = this.parser.read(piece);
    } catch (error) {
      this.refuse(isHttp1Error(error) ? refusals.malformed(error) : refusals.internal());
      return;
    }
    if (read !== undefined) {
      // A request whose time has no bound yet waits for a lookup, which has one.
      this.deadline.clear();
      this.state = 'exchanging';
      this.events.onRequest();
      this.exchange = new Exchange(this.context, this, read.head, read.rest);
      this.exchange.serve();
    } else if (this.state === 'waiting') {
      this.state = 'reading';
      this.deadline.set(this.context.limits.headerTimeoutMs);
    }
  }

  private onDeadline(): void {
    switch (this.state) {
      case 'reading':
        this.refuse(refusals.headTimeout(this.context.limits.headerTimeoutMs));
        return;
      case 'exchanging':
        this.exchange?.onDeadline();
        return;
      case 'holding':
        this.giveAnswer();
        return;
      case 'waiting':
      case 'closing':
        this.socket.destroy();
        return;
      default:
        this.state satisfies never;
    }
  }

  private refuse(refusal: Refusal): void {
    const give = (): void => {
      this.socket.write(refusalBytes(refusal, randomUUID(), { keepAlive: false, withBody: true }));
      this.closeAfterAnswer();
    };
    const delayMs = this.context.refusalPace.delayOf(partyOfAddress(this.address));
    if (delayMs > 0) this.holdAnswer(delayMs, give);
    else give();
  }

  private giveAnswer(): void {
    const give = this.giveHeld;
    this.giveHeld = undefined;
    this.deadline.clear();
    this.events.onReleased();
    give?.();
  }

  /** Closing at once would reset the connection while the client still sends, and the reset would destroy the answer. */
  private closeAfterAnswer(): void {
    this.state = 'closing';
    this.unread = NO_BYTES;
    const { clientStallMs, lingerMs } = this.context.limits;
    this.deadline.set(clientStallMs);
    this.socket.end(() => {
      if (!this.socket.destroyed) this.deadline.set(lingerMs);
    });
    this.socket.resume();
  }

  private onClosed(): void {
    this.deadline.clear();
    this.exchange?.onClientClosed();
    this.exchange = undefined;
    if (this.giveHeld !== undefined) this.events.onReleased();
    this.giveHeld = undefined;
    this.events.onClosed();
  }
}
