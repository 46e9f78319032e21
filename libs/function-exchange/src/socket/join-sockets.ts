import type { Socket } from 'node:net';

/** Joins two sockets byte by byte until one of them closes or nothing was said for `idleMs`. Resolves when both are closed. */
export function joinSockets(one: Socket, other: Socket, idleMs: number): Promise<void> {
  return new Promise((resolve) => {
    let open = 2;
    const closed = (): void => {
      one.destroy();
      other.destroy();
      open -= 1;
      if (open === 0) resolve();
    };
    for (const socket of [one, other]) {
      if (socket.destroyed) closed();
      else socket.once('close', closed);
      socket.on('error', () => undefined);
    }
    // Every relayed byte passes both sockets, so watching one of them is enough.
    other.setTimeout(idleMs, () => other.destroy());
    one.pipe(other);
    other.pipe(one);
    one.resume();
    other.resume();
  });
}
