import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the sockets of one deployment live. Not in the data directory: a socket path may have at most 107 bytes, and a data
 * directory may lie deep. The name is derived from the data directory, so two deployments never meet.
 */
export interface RunDirectory {
  readonly path: string;
  socket(name: string): string;
  grpc(name: string): string;
  remove(): void;
}

export function openRunDirectory(dataDirectory: string): RunDirectory {
  const uid = process.getuid?.() ?? 0;
  const name = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12);
  const path = join(tmpdir(), `windlass-${uid}-${name}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const status = statSync(path);
  // Somebody else could have made the directory first, in a place that everybody may write to.
  if (status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new Error(`${path} exists and is not a private directory of this user; remove it or set TMPDIR to a place of your own`);
  }
  const socket = (socketName: string): string => join(path, `${socketName}.sock`);
  return { path, socket, grpc: (service) => `unix:${socket(service)}`, remove: () => rmSync(path, { recursive: true, force: true }) };
}
