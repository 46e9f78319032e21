import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { isHttp1Error, RequestHeadParser } from '@windlass/http1';
import { Exchange } from './exchange.js';
import type { ExchangeClient, ExchangeContext } from './exchange-context.js';
import { Refusal, refusalBytes, refusals } from './refusal.js';

const NO_BYTES = Buffer.alloc(0);

/**
 * - `waiting`: for the first byte of a request.
 * - `reading`: a head has begun.
 * - `exchanging`: a request is being served.
 * - `closing`: the last answer is written; what still comes is dropped, so that the client can read that answer.
 */
type State = 'waiting' | 'reading' | 'exchanging' | 'closing';

export interface ClientConnectionEvents {
  onRequest(): void;
  onClosed(): void;
}

/** One connection of a client: its requests, one after the other. */
export class ClientConnection implements ExchangeClient {
  readonly address: string;
  private readonly parser: RequestHeadParser;
  private state: State = 'waiting';
  private exchange: Exchange | undefined;
  private unread: Buffer = NO_BYTES;
  private timer: NodeJS.Timeout | undefined;
  private retiring = false;

  constructor(
    readonly socket: Socket,
    private readonly context: ExchangeContext,
    private readonly events: ClientConnectionEvents,
  ) {
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=[0-9.]+$)/, '');
    this.parser = new RequestHeadParser(context.limits);
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.onData(piece));
    socket.on('drain', () => this.onDrain());
    // A client that closes its side gives up (the socket allows no half-open connections): nobody tells a client that only
    // stopped sending from one that went away.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.onClosed());
    this.startTimer(context.limits.headerTimeoutMs, () => this.onHeadTimeout());
  }

  /** No further request: ends now when idle, else after the running one. */
  retire(): void {
    this.retiring = true;
    // The end of the last answer may still be on its way to a slow client.
    if (this.state === 'waiting') this.socket.destroySoon();
  }

  destroy(): void {
    this.socket.destroy();
  }

  mayKeepAlive(): boolean {
    return !this.retiring;
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

  onExchangeEnded(keepAlive: boolean): void {
    this.exchange = undefined;
    if (this.socket.destroyed) return;
    if (!keepAlive || this.retiring) {
      this.closeAfterAnswer();
      return;
    }
    this.state = 'waiting';
    this.startTimer(this.context.limits.idleTimeoutMs, () => this.socket.destroy());
    // The next request waits until the client has taken the answer, or answers would pile up here.
    if (this.socket.writableNeedDrain) this.socket.pause();
    else this.readOn();
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
      case 'closing':
        return;
      default:
        this.state satisfies never;
    }
  }

  private onDrain(): void {
    if (this.exchange !== undefined) this.exchange.onClientDrain();
    else if (this.state === 'waiting') this.readOn();
  }

  private readOn(): void {
    if (this.unread.length === 0) {
      this.socket.resume();
      return;
    }
    // In a turn of its own: a client may have sent any number of requests at once.
    setImmediate(() => {
      if (this.state !== 'waiting' || this.socket.destroyed) return;
      const bytes = this.takeUnread();
      this.socket.resume();
      this.readHead(bytes);
    });
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
      clearTimeout(this.timer);
      this.state = 'exchanging';
      this.events.onRequest();
      this.exchange = new Exchange(this.context, this, read.head, read.rest);
      void this.exchange.serve();
    } else if (this.state === 'waiting') {
      this.state = 'reading';
      this.startTimer(this.context.limits.headerTimeoutMs, () => this.onHeadTimeout());
    }
  }

  private onHeadTimeout(): void {
    if (this.state === 'reading') this.refuse(refusals.headTimeout(this.context.limits.headerTimeoutMs));
    else this.socket.destroy();
  }

  private refuse(refusal: Refusal): void {
    this.socket.write(refusalBytes(refusal, randomUUID(), { keepAlive: false, withBody: true }));
    this.closeAfterAnswer();
  }

  /** Closing at once would reset the connection while the client still sends, and the reset would destroy the answer. */
  private closeAfterAnswer(): void {
    this.state = 'closing';
    this.unread = NO_BYTES;
    const { clientStallMs, lingerMs } = this.context.limits;
    this.startTimer(clientStallMs, () => this.socket.destroy());
    this.socket.end(() => this.startTimer(lingerMs, () => this.socket.destroy()));
    this.socket.resume();
  }

  private startTimer(ms: number, onTimeout: () => void): void {
    clearTimeout(this.timer);
    if (this.socket.destroyed) return;
    this.timer = setTimeout(onTimeout, ms);
  }

  private onClosed(): void {
    clearTimeout(this.timer);
    this.exchange?.onClientClosed();
    this.exchange = undefined;
    this.events.onClosed();
  }
}
