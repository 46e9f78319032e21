import { createHash, randomUUID } from 'node:crypto';
import { chmod, copyFile, link, lstat, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeCache, CodeLease } from './code-cache.js';

interface LaidCode {
  readonly directory: string;
  holders: number;
  lastUsed: number;
}

/** Trees that no instance uses and that are kept all the same, for the next start. */
const MOST_UNUSED = 8;

/**
 * Code with the packages of dependencies laid over it. A tree is made of links to the files of the cache, so it costs names and no
 * bytes; the cache may let go of a package meanwhile, as a file stays as long as one of its names does.
 */
export class LayeredCode {
  private readonly laid = new Map<string, LaidCode>();
  private readonly running = new Map<string, Promise<LaidCode>>();

  private constructor(
    private readonly cache: Pick<CodeCache, 'hold'>,
    private readonly directory: string,
  ) {}

  /** `directory` is the trees' own, on the file system of the cache. What a worker before has left there goes: it is soon made again. */
  static async open(cache: Pick<CodeCache, 'hold'>, directory: string): Promise<LayeredCode> {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new LayeredCode(cache, directory);
  }

  /** The code, and over it the layers in their order: a later one goes before an earlier one, and all before the code. Rejects as `CodeCache.hold` does. */
  async hold(codeDigest: string, layers: readonly string[]): Promise<CodeLease> {
    if (layers.length === 0) return this.cache.hold(codeDigest);
    const digests = [codeDigest, ...layers];
    const key = createHash('sha256').update(digests.join(' ')).digest('hex');
    const code = this.laid.get(key) ?? (await (this.running.get(key) ?? this.lay(key, digests)));
    code.holders += 1;
    code.lastUsed = performance.now();
    // Another start may have seen it unused and let it go while this one waited for it.
    this.laid.set(key, code);
    let released = false;
    return {
      directory: code.directory,
      release: () => {
        if (!released) code.holders -= 1;
        released = true;
      },
    };
  }

  private lay(key: string, digests: readonly string[]): Promise<LaidCode> {
    const laying = this.layTree(digests).finally(() => this.running.delete(key));
    this.running.set(key, laying);
    return laying;
  }

  private async layTree(digests: readonly string[]): Promise<LaidCode> {
    await this.removeUnused();
    const directory = join(this.directory, randomUUID());
    const work = `${directory}.incomplete`;
    const leases: CodeLease[] = [];
    try {
      for (const digest of digests) leases.push(await this.cache.hold(digest));
      await makeFolder(work);
      for (const lease of leases) await layOver(work, lease.directory);
      await rename(work, directory);
      return { directory, holders: 0, lastUsed: performance.now() };
    } finally {
      for (const lease of leases) lease.release();
      await rm(work, { recursive: true, force: true });
    }
  }

  private async removeUnused(): Promise<void> {
    const unused = [...this.laid].filter(([, { holders }]) => holders === 0).sort(([, a], [, b]) => b.lastUsed - a.lastUsed);
    const doomed = unused.slice(MOST_UNUSED - 1);
    for (const [key] of doomed) this.laid.delete(key);
    for (const [, { directory }] of doomed) await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Puts all of `source` into `target`, replacing what has the same name: folders of both are one, everything else is as the source has it.
 * No link is followed: one that stands where a folder comes is replaced by the folder.
 */
export async function layOver(target: string, source: string): Promise<void> {
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) {
      const there = await lstat(to).catch(() => undefined);
      if (there?.isDirectory() !== true) {
        if (there !== undefined) await rm(to);
        await makeFolder(to);
      }
      await layOver(to, from);
      continue;
    }
    await rm(to, { recursive: true, force: true });
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else await linkFile(from, to);
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o755);
}

async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // A file has only so many names, and none on another file system.
    if (!['EMLINK', 'EXDEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copyFile(from, to);
  }
}
