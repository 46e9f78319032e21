import type { Socket } from 'node:net';

/**
 * An upgraded connection: bytes in both directions, each no faster than the other side takes them. Timers of HTTP do not
 * apply; silence in both directions ends it.
 */
export class Tunnel {
  /** Resolves when the function's side is closed. */
  readonly closed: Promise<void>;

  constructor(
    private readonly client: Socket,
    private readonly app: Socket,
    idleMs: number,
  ) {
    // Every byte of either direction passes through the client's socket, so its timer sees all of them.
    client.setTimeout(idleMs, () => client.destroy());
    app.on('data', (piece: Buffer) => this.onAppData(piece));
    app.on('drain', () => client.resume());
    app.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        // The client gets what is on its way, and the end.
        client.destroySoon();
        resolve();
      };
      if (app.destroyed) end();
      else app.once('close', end);
    });
    app.resume();
  }

  onClientData(piece: Buffer): void {
    if (!this.app.write(piece)) this.client.pause();
  }

  onAppData(piece: Buffer): void {
    if (!this.client.write(piece)) this.app.pause();
  }

  onClientDrain(): void {
    this.app.resume();
  }

  onClientClosed(): void {
    this.app.destroy();
  }
}
