import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { open, type Entry, type ZipFile } from 'yauzl';
import { checkLinkTarget, entryPath, UnsafePackage } from './entry-name.js';

export interface ExtractLimits {
  readonly maxEntries: number;
  /** Bytes of all files together, counted while they are written. */
  readonly maxBytes: number;
}

/** Documented limit of an unpacked package: 1,500 MB. */
export const EXTRACT_LIMITS: ExtractLimits = { maxEntries: 100_000, maxBytes: 1_500 * 1024 * 1024 };

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
const SYMLINK = 0o120000;
const MAX_LINK_BYTES = 4_096;
const MADE_BY_UNIX = 3;
const ENCRYPTED = 1;

type EntryKind = { readonly kind: 'directory' } | { readonly kind: 'link' } | { readonly kind: 'file'; readonly mode: number };

/**
 * Extracts `archive` into the existing, empty `directory`. Folders become 0755, files 0644 or 0755 by their
 * execute bit; owner, setuid and times are dropped. Returns the bytes written.
 */
export async function extractPackage(archive: string, directory: string, limits: ExtractLimits = EXTRACT_LIMITS): Promise<number> {
  const zip = await openArchive(archive);
  try {
    return await new Extraction(zip, directory, limits).run();
  } finally {
    zip.close();
  }
}

class Extraction {
  private bytes = 0;
  private readonly folders = new Set<string>();
  private readonly leaves = new Set<string>();
  private readonly links: { path: string[]; target: string }[] = [];

  constructor(
    private readonly zip: ZipFile,
    private readonly directory: string,
    private readonly limits: ExtractLimits,
  ) {}

  async run(): Promise<number> {
    if (this.zip.entryCount > this.limits.maxEntries) throw new UnsafePackage(`it has more than ${this.limits.maxEntries} entries`);
    for (let entry = await nextEntry(this.zip); entry !== undefined; entry = await nextEntry(this.zip)) await this.extract(entry);
    // Last, so that nothing can be written through a link.
    for (const { path, target } of this.links) await symlink(target, join(this.directory, ...path));
    return this.bytes;
  }

  private async extract(entry: Entry): Promise<void> {
    const path = entryPath(entry.fileName);
    const what = kindOf(entry, path);
    switch (what.kind) {
      case 'directory':
        return this.makeFolder(path);
      case 'link':
        return this.keepLink(entry, path);
      case 'file':
        return this.writeFile(entry, path, what.mode);
      default:
        return what satisfies never;
    }
  }

  private async makeFolder(path: readonly string[]): Promise<void> {
    for (let depth = 1; depth <= path.length; depth += 1) {
      const name = path.slice(0, depth).join('/');
      if (this.folders.has(name)) continue;
      if (this.leaves.has(name)) throw new UnsafePackage(`${JSON.stringify(name)} is a file and a folder`);
      this.folders.add(name);
      const folder = join(this.directory, name);
      await mkdir(folder);
      await chmod(folder, 0o755);
    }
  }

  private async claim(path: readonly string[]): Promise<void> {
    const name = path.join('/');
    if (this.leaves.has(name) || this.folders.has(name)) throw new UnsafePackage(`the entry ${JSON.stringify(name)} appears twice`);
    await this.makeFolder(path.slice(0, -1));
    this.leaves.add(name);
  }

  private async writeFile(entry: Entry, path: string[], mode: number): Promise<void> {
    await this.claim(path);
    const file = join(this.directory, ...path);
    await pipeline(this.counted(await openEntry(this.zip, entry)), createWriteStream(file, { flags: 'wx', mode }));
    await chmod(file, mode);
  }

  private async keepLink(entry: Entry, path: string[]): Promise<void> {
    if (entry.uncompressedSize > MAX_LINK_BYTES) throw new UnsafePackage('the target of a link is too long');
    await this.claim(path);
    const pieces: Buffer[] = [];
    for await (const piece of this.counted(await openEntry(this.zip, entry))) pieces.push(piece);
    const target = Buffer.concat(pieces).toString('utf8');
    checkLinkTarget(path, target);
    this.links.push({ path, target });
  }

  private async *counted(source: Readable): AsyncGenerator<Buffer> {
    for await (const piece of source as AsyncIterable<Buffer>) {
      this.bytes += piece.length;
      if (this.bytes > this.limits.maxBytes) throw new UnsafePackage(`it unpacks to more than ${this.limits.maxBytes} bytes`);
      yield piece;
    }
  }
}

function kindOf(entry: Entry, path: readonly string[]): EntryKind {
  if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw new UnsafePackage('it has encrypted entries');
  const unixMode = entry.versionMadeBy >> 8 === MADE_BY_UNIX ? entry.externalFileAttributes >>> 16 : 0;
  if (entry.fileName.endsWith('/')) return { kind: 'directory' };
  switch (unixMode & FILE_TYPE) {
    case DIRECTORY:
      return { kind: 'directory' };
    case SYMLINK:
      return { kind: 'link' };
    case REGULAR:
    case 0: {
      // An archive made without modes cannot say that its bootstrap is a program, and it must be one.
      const executable = unixMode === 0 ? path.join('/') === 'bootstrap' : (unixMode & 0o111) !== 0;
      return { kind: 'file', mode: executable ? 0o755 : 0o644 };
    }
    default:
      throw new UnsafePackage(`the entry ${JSON.stringify(path.join('/'))} is neither a file, a folder nor a link`);
  }
}

function openArchive(archive: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, strictFileNames: true, validateEntrySizes: true, autoClose: false };
    open(archive, options, (error, zip) => (error === null ? resolve(zip) : reject(error)));
  });
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      zip.removeListener('entry', onEntry);
      zip.removeListener('end', onEnd);
      zip.removeListener('error', onError);
      act();
    };
    const onEntry = (entry: Entry): void => settle(() => resolve(entry));
    const onEnd = (): void => settle(() => resolve(undefined));
    const onError = (error: Error): void => settle(() => reject(error));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
}
