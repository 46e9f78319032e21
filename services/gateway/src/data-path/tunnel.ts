import type { Socket } from 'node:net';
import { type CoarseTimers, Deadline } from '@windlass/coarse-timers';
import { CLOSED, HALF_OPEN_SILENCE_MS, type UpgradeEnd, type UpgradeLimits } from '@windlass/function-exchange';

/** How long the last bytes for the function may take when the client is gone. */
const LAST_BYTES_MS = 5_000;

/**
 * An upgraded connection: bytes in both directions, each no faster than the other side takes them. When one side says that it sends no
 * more, the other hears it and may go on. Timers of HTTP do not apply; silence in both directions ends it, and its age.
 */
export class Tunnel {
  /** Resolves when the function's side is closed. */
  readonly closed: Promise<UpgradeEnd>;
  private readonly age: Deadline;
  private end: UpgradeEnd = CLOSED;
  private isHalfOpen = false;

  constructor(
    private readonly client: Socket,
    private readonly app: Socket,
    private readonly limits: UpgradeLimits,
    timers: CoarseTimers,
  ) {
    this.age = new Deadline(timers, () => this.giveUp({ kind: 'too-old', limitMs: limits.maxMs, setting: 'WINDLASS_GATEWAY_TUNNEL_MAX_MS' }));
    this.age.set(limits.maxMs);
    // Every byte of either direction passes through the client's socket, so its timer sees all of them.
    client.setTimeout(limits.idleMs, () => this.giveUp(this.isHalfOpen ? CLOSED : { kind: 'silent', limitMs: limits.idleMs, setting: 'WINDLASS_GATEWAY_TUNNEL_IDLE_MS' }));
    app.on('data', (piece: Buffer) => this.onAppData(piece));
    app.on('drain', () => client.resume());
    app.on('end', () => this.onAppEnd());
    app.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        this.age.clear();
        // The client gets what is on its way, and the end.
        client.destroySoon();
        resolve(this.end);
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

  onClientEnd(): void {
    this.halfClose();
    this.app.end();
  }

  onClientClosed(): void {
    const { app } = this;
    if (app.destroyed) return;
    app.setTimeout(LAST_BYTES_MS, () => app.destroy());
    app.destroySoon();
  }

  private onAppEnd(): void {
    this.halfClose();
    this.client.end();
  }

  private halfClose(): void {
    this.isHalfOpen = true;
    this.client.setTimeout(Math.min(this.limits.idleMs, HALF_OPEN_SILENCE_MS));
  }

  private giveUp(end: UpgradeEnd): void {
    this.end = end;
    this.client.destroy();
    this.app.destroy();
  }
}
