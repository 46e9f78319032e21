import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { refusal } from '../refusal.js';

/** Code packages by content: the key is the hex SHA-512 of the bytes, so equal packages are kept once and none ever changes. */
export abstract class PackageStore {
  /** Resolves when the package would survive a crash. Putting what is there already does nothing. */
  abstract put(digest: string, content: Buffer): Promise<void>;
  /** The package's bytes. Fails as not found (FSS.0404) before the first byte. */
  abstract open(digest: string): Promise<Readable>;
  /** Undefined when there is no such package. */
  abstract stat(digest: string): Promise<{ readonly sizeBytes: number } | undefined>;
  /** Removing what is not there does nothing. */
  abstract remove(digest: string): Promise<void>;
}

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
    const unfinished = join(folder, `.${randomUUID()}`);
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
    if (found === undefined) throw refusal('not_found', 'FSS.0404', 'PACKAGE_NOT_FOUND', 'There is no code package with this digest.');
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

  private path(digest: string): string {
    if (!/^[0-9a-f]{128}$/.test(digest)) throw refusal('invalid', 'FSS.0400', 'DIGEST_INVALID', 'A digest is 128 hexadecimal digits.');
    return join(this.directory, digest.slice(0, 2), digest);
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
