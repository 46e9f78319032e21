import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';

const UNIX = 'unix:';

/**
 * Removes the socket file that a killed process left at `address` ("unix:/path"), which would keep anybody from listening
 * there again. Fails when somebody still listens; does nothing for "host:port". To be called before a server listens.
 */
export async function removeDeadSocket(address: string): Promise<void> {
  if (!address.startsWith(UNIX)) return;
  const path = address.slice(UNIX.length);
  const code = await new Promise<string | undefined>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  if (code === undefined) throw new Error(`another process listens at ${path}`);
  // A file that is no socket refuses too, and is not ours. Anything but a refusal is for the listener to report.
  if (code === 'ECONNREFUSED' && (await lstat(path)).isSocket()) await rm(path, { force: true });
}
