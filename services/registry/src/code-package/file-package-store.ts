import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageKey, packageNotFound, PackageStore } from './package-store.js';

/** Beginning of the name of a file that is still being written. */
const UNFINISHED = '.';

/** Packages as files: `<directory>/<first two digits>/<digest>`. */
export class FilePackageStore extends PackageStore {
  constructor(private readonly directory: string) {
    super();
  }

  override async put(digest: string, content: Buffer): Promise<void> {
    if ((await this.stat(digest)) !== undefined) return;
    const target = this.path(digest);
    const folder = join(target, '..');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Nobody sees half a package: the bytes are on disk before the name is.
    const unfinished = join(folder, `${UNFINISHED}${randomUUID()}`);
    try {
      const file = await open(unfinished, 'wx', 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await sync(folder);
  }

  override async open(digest: string): Promise<Readable> {
    const found = await this.stat(digest);
    if (found === undefined) throw packageNotFound();
    return createReadStream(this.path(digest));
  }

  override async stat(digest: string): Promise<{ sizeBytes: number } | undefined> {
    try {
      return { sizeBytes: (await stat(this.path(digest))).size };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  override async remove(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  override async removeUnfinished(before: Date): Promise<number> {
    let removed = 0;
    for (const folder of await namesIn(this.directory)) {
      for (const name of await namesIn(join(this.directory, folder))) {
        const path = join(this.directory, folder, name);
        if (!name.startsWith(UNFINISHED) || !(await isOlder(path, before))) continue;
        await rm(path, { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  private path(digest: string): string {
    return join(this.directory, packageKey(digest));
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Nothing of a folder that is not there, or is a file. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

async function isOlder(path: string, than: Date): Promise<boolean> {
  try {
    return (await stat(path)).mtime < than;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
