import { chmod } from 'node:fs/promises';
import type { INestMicroservice } from '@nestjs/common';
import { removeDeadSocket } from './dead-socket.js';

const UNIX = 'unix:';

/**
 * Opens a service to calls at the address it was made with. On a unix socket: what a killed predecessor left there is
 * removed first, and the socket is its owner's alone, since whoever reaches it is trusted.
 */
export async function listen(app: INestMicroservice, address: string): Promise<void> {
  await removeDeadSocket(address);
  await app.listen();
  if (address.startsWith(UNIX)) await chmod(address.slice(UNIX.length), 0o600);
}
