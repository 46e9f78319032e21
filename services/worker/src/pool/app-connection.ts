import type { OnReadOpts, Socket } from 'node:net';
import { ResponseHeadParser, type ResponseHead } from '@windlass/http1';

/** Who uses a connection at the moment. */
export interface ConnectionUser {
  /** `piece` is lent: it holds other bytes after the call. */
  onBytes(piece: Buffer): void;
  onWritable(): void;
  /** The app closed its side or the connection broke. */
  onClosed(error: Error | undefined): void;
}

/** Connects to an app. */
export type Dial = (options: { readonly timeoutMs: number; readonly onread: OnReadOpts }) => Promise<Socket>;

/** All connections read into the same memory, as what was read is handled before anything else is. */
const READ = Buffer.allocUnsafeSlow(64 * 1024);

/** One keep-alive connection to one instance's app. Its listeners are set once and hand over to whoever uses it. */
export class AppConnection {
  readonly heads = new ResponseHeadParser();
  user: ConnectionUser | undefined;
  /** When it became idle, and for how long the app promised to keep it then (Keep-Alive: timeout), in milliseconds. */
  idleSince = 0;
  keepAliveMs: number | undefined;
  reused = false;
  closed = false;
  private promise: { readonly answer: ResponseHead; readonly milliseconds: number | undefined } | undefined;
  private detached = false;
  private failure: Error | undefined;

  static async open(dial: Dial, timeoutMs: number): Promise<AppConnection> {
    // The socket wants to know where to read before there is a connection to hand it to.
    const reader: { connection?: AppConnection } = {};
    const callback = (size: number): boolean => reader.connection?.onRead(READ.subarray(0, size)) ?? true;
    reader.connection = new AppConnection(await dial({ timeoutMs, onread: { buffer: READ, callback } }));
    return reader.connection;
  }

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.onRead(piece));
    socket.on('drain', () => this.user?.onWritable());
    socket.on('error', (error) => (this.failure = error));
    const close = (): void => {
      if (this.closed) return;
      this.closed = true;
      this.user?.onClosed(this.failure);
      socket.destroy();
    };
    socket.on('end', close);
    socket.on('close', close);
  }

  /** For how long an answer promises that the app keeps the connection, if it does. */
  promisedBy(answer: ResponseHead): number | undefined {
    if (this.promise?.answer === answer) return this.promise.milliseconds;
    const seconds = /(?:^|[\s,])timeout=(\d{1,6})/i.exec(answer.headers.get('keep-alive') ?? '')?.[1];
    const milliseconds = seconds === undefined ? undefined : Number(seconds) * 1_000;
    // Apps repeat themselves too.
    this.promise = this.heads.keeps(answer) ? { answer, milliseconds } : undefined;
    return milliseconds;
  }

  /**
   * Hands the raw socket over, on which either side may now stop sending before the other: it emits 'data' from now on, and no listener
   * of this connection hears it any more, except that errors are kept quiet.
   */
  detach(): Socket {
    this.user = undefined;
    this.closed = true;
    this.detached = true;
    for (const event of ['data', 'drain', 'end', 'close']) this.socket.removeAllListeners(event);
    this.socket.allowHalfOpen = true;
    return this.socket;
  }

  destroy(): void {
    this.user = undefined;
    this.closed = true;
    this.socket.destroy();
  }

  /** False to read no more for now. */
  private onRead(piece: Buffer): boolean {
    if (this.detached) return this.socket.push(Buffer.from(piece));
    // Bytes nobody asked for: whatever they answer, it is not the next request.
    if (this.user === undefined) this.socket.destroy();
    else this.user.onBytes(piece);
    return true;
  }
}
