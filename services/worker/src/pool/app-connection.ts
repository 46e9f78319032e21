import type { Socket } from 'node:net';
import { ResponseHeadParser } from '@windlass/http1';

/** Who uses a connection at the moment. */
export interface ConnectionUser {
  onBytes(piece: Buffer): void;
  onWritable(): void;
  /** The app closed its side or the connection broke. */
  onClosed(error: Error | undefined): void;
}

/** One keep-alive connection to one instance's app. Its listeners are set once and hand over to whoever uses it. */
export class AppConnection {
  readonly heads = new ResponseHeadParser();
  user: ConnectionUser | undefined;
  /** When it became idle, and for how long the app promised to keep it then (Keep-Alive: timeout), in milliseconds. */
  idleSince = 0;
  keepAliveMs: number | undefined;
  reused = false;
  closed = false;
  private failure: Error | undefined;

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => {
      // Bytes nobody asked for: whatever they answer, it is not the next request.
      if (this.user === undefined) socket.destroy();
      else this.user.onBytes(piece);
    });
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

  /**
   * Hands the raw socket over, on which either side may now stop sending before the other: no listener of this connection hears it any
   * more, except that errors are kept quiet.
   */
  detach(): Socket {
    this.user = undefined;
    this.closed = true;
    for (const event of ['data', 'drain', 'end', 'close']) this.socket.removeAllListeners(event);
    this.socket.allowHalfOpen = true;
    return this.socket;
  }

  destroy(): void {
    this.user = undefined;
    this.closed = true;
    this.socket.destroy();
  }
}
