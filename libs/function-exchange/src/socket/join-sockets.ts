import type { Socket } from 'node:net';
import { CLOSED, HALF_OPEN_SILENCE_MS, type UpgradeEnd, type UpgradeLimits } from '../upgrade-end.js';

/** How long the last bytes for one side may take when the other one is gone. */
const LAST_BYTES_MS = 5_000;

/**
 * Joins two sockets byte by byte, each no faster than the other one takes it. When one side says that it sends no more, the other one hears
 * it and may go on. Resolves when both are closed. The sockets must allow half-open connections.
 */
export function joinSockets(one: Socket, other: Socket, limits: UpgradeLimits): Promise<UpgradeEnd> {
  return new Promise((resolve) => {
    let open = 2;
    let end: UpgradeEnd = CLOSED;
    let isHalfOpen = false;
    const giveUp = (why: UpgradeEnd): void => {
      end = why;
      one.destroy();
      other.destroy();
    };
    const tooOld = setTimeout(() => giveUp({ kind: 'too-old', limitMs: limits.maxMs, setting: 'WINDLASS_WORKER_UPGRADE_MAX_SECONDS' }), limits.maxMs);
    tooOld.unref();
    const closed = (peer: Socket): void => {
      finish(peer);
      open -= 1;
      if (open > 0) return;
      clearTimeout(tooOld);
      resolve(end);
    };
    for (const [socket, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      if (socket.destroyed) closed(peer);
      else socket.once('close', () => closed(peer));
      socket.on('error', () => undefined);
      socket.once('end', () => {
        isHalfOpen = true;
        other.setTimeout(Math.min(limits.idleMs, HALF_OPEN_SILENCE_MS));
      });
    }
    // Every relayed byte passes both sockets, so watching one of them is enough.
    other.setTimeout(limits.idleMs, () => giveUp(isHalfOpen ? CLOSED : { kind: 'silent', limitMs: limits.idleMs, setting: 'WINDLASS_WORKER_UPGRADE_IDLE_SECONDS' }));
    one.pipe(other);
    other.pipe(one);
    one.resume();
    other.resume();
  });
}

/** Lets a socket send what it was given, and no longer than it may take. */
function finish(socket: Socket): void {
  if (socket.destroyed) return;
  socket.removeAllListeners('timeout');
  socket.setTimeout(LAST_BYTES_MS, () => socket.destroy());
  socket.destroySoon();
}
