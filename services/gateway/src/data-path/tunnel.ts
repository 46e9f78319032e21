import type { Socket } from 'node:net';

/**
 * An upgraded connection: bytes in both directions, each no faster than the other side takes them. Timers of HTTP do not
 * apply; silence in both directions ends it.
 */
export class Tunnel {
  constructor(
    private readonly client: Socket,
    private readonly worker: Socket,
    idleMs: number,
  ) {
    // Every byte of either direction passes through the client's socket, so its timer sees all of them.
    client.setTimeout(idleMs, () => client.destroy());
  }

  onClientData(piece: Buffer): void {
    if (!this.worker.write(piece)) this.client.pause();
  }

  onWorkerData(piece: Buffer): void {
    if (!this.client.write(piece)) this.worker.pause();
  }

  onWorkerDrain(): void {
    this.client.resume();
  }

  /** The worker's side is gone: the client gets what is on its way, and the end. */
  onWorkerClosed(): void {
    this.client.destroySoon();
  }
}
