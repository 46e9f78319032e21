import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, renameSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extractPackage, EXTRACT_LIMITS, type ExtractLimits } from './extract-package.js';

export interface CodeCacheOptions {
  readonly directory: string;
  /** Bytes of extracted packages to keep; those in use are kept whatever this says. */
  readonly maxBytes: number;
  /** The package of that digest, in pieces. */
  readonly download: (digest: string) => AsyncIterable<Uint8Array>;
  readonly extractLimits?: ExtractLimits;
  /** Bytes a package may have. Default 512 MiB, above the largest the registry takes. */
  readonly maxPackageBytes?: number;
}

/** A folder of extracted code that stays as long as it is held. */
export interface CodeLease {
  readonly directory: string;
  release(): void;
}

interface CachedCode {
  readonly bytes: number;
  lastUsed: number;
  holders: number;
}

const DIGEST = /^[0-9a-f]{128}$/;
const WORK_PREFIX = '.incomplete-';

/**
 * Extracted packages by the SHA-512 of their archive. A folder gets its name by a rename when it is complete, so whatever has a
 * digest for a name is whole, also after a crash.
 */
export class CodeCache {
  private readonly cached = new Map<string, CachedCode>();
  private readonly running = new Map<string, Promise<void>>();

  private constructor(private readonly options: CodeCacheOptions) {}

  static async open(options: CodeCacheOptions): Promise<CodeCache> {
    const cache = new CodeCache(options);
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(options.directory)) {
      const path = join(options.directory, name);
      if (DIGEST.test(name)) cache.cached.set(name, { bytes: await sizeOf(path), lastUsed: (await stat(path)).mtimeMs, holders: 0 });
      else if (name.startsWith(WORK_PREFIX)) await rm(path, { recursive: true, force: true });
    }
    return cache;
  }

  /** The code of that digest, fetched once however many ask for it. Rejects when it cannot be had or is not what it should be. */
  async hold(digest: string): Promise<CodeLease> {
    if (!DIGEST.test(digest)) throw new Error('The code digest is not a SHA-512 in hex.');
    let code = this.cached.get(digest);
    while (code === undefined) {
      await (this.running.get(digest) ?? this.fetch(digest));
      code = this.cached.get(digest);
    }
    const held = code;
    held.holders += 1;
    held.lastUsed = Date.now();
    const directory = join(this.options.directory, digest);
    // Only the order of eviction after a restart depends on it.
    void utimes(directory, new Date(), new Date()).catch(() => undefined);
    let released = false;
    return {
      directory,
      release: () => {
        if (!released) held.holders -= 1;
        released = true;
      },
    };
  }

  private fetch(digest: string): Promise<void> {
    const fetch = this.fetchAndExtract(digest).finally(() => this.running.delete(digest));
    this.running.set(digest, fetch);
    return fetch;
  }

  private async fetchAndExtract(digest: string): Promise<void> {
    const work = join(this.options.directory, `${WORK_PREFIX}${randomUUID()}`);
    await mkdir(work, { mode: 0o700 });
    try {
      const archive = join(work, 'package.zip');
      const tree = join(work, 'tree');
      await this.download(digest, archive);
      await mkdir(tree);
      await chmod(tree, 0o755);
      const bytes = await extractPackage(archive, tree, this.options.extractLimits ?? EXTRACT_LIMITS);
      await this.makeRoom(bytes);
      await rename(tree, join(this.options.directory, digest));
      this.cached.set(digest, { bytes, lastUsed: Date.now(), holders: 0 });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  private async download(digest: string, archive: string): Promise<void> {
    const hash = createHash('sha512');
    const limit = this.options.maxPackageBytes ?? 512 * 1024 * 1024;
    const source = this.options.download(digest);
    let bytes = 0;
    async function* checked(): AsyncGenerator<Uint8Array> {
      for await (const piece of source) {
        bytes += piece.length;
        if (bytes > limit) throw new Error(`The package is larger than ${limit} bytes.`);
        hash.update(piece);
        yield piece;
      }
    }
    await pipeline(checked, createWriteStream(archive, { flags: 'wx', mode: 0o600 }));
    if (hash.digest('hex') !== digest) throw new Error('The package that came does not have the digest that was asked for.');
  }

  private async makeRoom(bytes: number): Promise<void> {
    let total = [...this.cached.values()].reduce((sum, code) => sum + code.bytes, bytes);
    const oldestFirst = [...this.cached].sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [digest, code] of oldestFirst) {
      if (total <= this.options.maxBytes) return;
      if (code.holders > 0) continue;
      total -= code.bytes;
      this.cached.delete(digest);
      // Out of sight first: a removal that is interrupted must not leave half a package under its name.
      const doomed = join(this.options.directory, `${WORK_PREFIX}${randomUUID()}`);
      renameSync(join(this.options.directory, digest), doomed);
      await rm(doomed, { recursive: true, force: true });
    }
  }
}

/** Bytes of all files below. */
export async function sizeOf(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
