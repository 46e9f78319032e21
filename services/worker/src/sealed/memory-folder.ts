import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** File systems that keep what they hold in memory and nowhere else, by the numbers of statfs(2). */
const IN_MEMORY: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

/** A folder in memory for what must never lie on a disk, or why there is none. */
export type MemoryFolder = { readonly path: string } | { readonly missing: string };

/**
 * Opens this worker's own folder below `parent`, empty: what an earlier run left is removed. `parent` must be memory-backed; without root
 * nobody can mount, so it is one that the machine has, such as /dev/shm.
 */
export async function openMemoryFolder(parent: string, dataDirectory: string): Promise<MemoryFolder> {
  const path = join(parent, `windlass-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16)}`);
  try {
    const { type } = await statfs(parent);
    if (!IN_MEMORY.has(type)) return { missing: `${parent} is not in memory: it is a file system of type 0x${type.toString(16)}, and not ${[...IN_MEMORY.values()].join(' or ')}` };
    await mkdir(path, { recursive: true, mode: 0o700 });
    const own = await lstat(path);
    // Anybody may make folders there: one that is somebody else's, or a link, is never used.
    if (!own.isDirectory() || own.uid !== process.getuid?.() || (own.mode & 0o077) !== 0) return { missing: `${path} belongs to somebody else, or others may enter it` };
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
    return { path };
  } catch (error) {
    return { missing: `${path} cannot be used: ${(error as Error).message}` };
  }
}
