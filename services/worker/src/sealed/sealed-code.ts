import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPackage, SealBroken } from '@windlass/package-seal';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { EXTRACT_LIMITS, extractPackage, layOver, sizeOf, UnsafePackage, type CodeLease } from '../code/index.js';
import type { MemoryFolder } from './memory-folder.js';
import { codeContext } from './code-context.js';

export interface SealedCodeOptions {
  readonly folder: MemoryFolder;
  /** Bytes of all packages in the clear together. */
  readonly maxBytes: number;
  /** The stored, encrypted package of that digest, in pieces. */
  readonly download: (storedDigest: string) => AsyncIterable<Uint8Array>;
  /** The package of a dependency, unpacked: those lie under no key. */
  readonly holdLayer: (digest: string) => Promise<CodeLease>;
}

/** Why a package cannot be had in the clear: for who answers for the start. */
export class SealedCodeProblem extends Error {
  constructor(
    readonly kind: 'altered' | 'no-memory-folder' | 'memory-full',
    message: string,
  ) {
    super(message);
    this.name = 'SealedCodeProblem';
  }
}

interface OpenCode {
  readonly directory: string;
  readonly bytes: number;
  holders: number;
}

/**
 * Packages in the clear, in memory, for as long as an instance holds them: with the last one they are gone. Instances of one version share
 * them. Each start brings the data key, so that nothing is opened without it.
 */
export class SealedCodePackages {
  private readonly open = new Map<string, OpenCode>();
  private readonly opening = new Map<string, Promise<OpenCode>>();
  private reservedBytes = 0;

  constructor(private readonly options: SealedCodeOptions) {}

  /** The package of a specification, fetched and opened once however many instances hold it. The data key stays the caller's to overwrite. */
  async hold(spec: FunctionSpec, dataKey: Uint8Array): Promise<CodeLease> {
    const name = [spec.stored_code_digest, ...spec.layers.map(({ digest }) => digest)].join(' ');
    let code = this.open.get(name);
    // What was opened may have been held and let go before this turn.
    for (; code === undefined; code = this.open.get(name)) await this.openOnce(name, spec, dataKey);
    const held = code;
    held.holders += 1;
    let released = false;
    return {
      directory: held.directory,
      release: () => {
        if (released) return;
        released = true;
        held.holders -= 1;
        if (held.holders === 0) this.forget(name, held);
      },
    };
  }

  /** Most MB that may lie in the clear. */
  get limitMb(): number {
    return Math.floor(this.options.maxBytes / 1024 / 1024);
  }

  /** Bytes that lie in the clear. */
  get usedBytes(): number {
    return [...this.open.values()].reduce((sum, { bytes }) => sum + bytes, this.reservedBytes);
  }

  async close(): Promise<void> {
    if ('path' in this.options.folder) await rm(this.options.folder.path, { recursive: true, force: true });
  }

  private openOnce(name: string, spec: FunctionSpec, dataKey: Uint8Array): Promise<OpenCode> {
    const running = this.opening.get(name);
    if (running !== undefined) return running;
    const opening = this.unpack(spec, dataKey).then(
      (code) => {
        this.opening.delete(name);
        this.open.set(name, code);
        return code;
      },
      (error: unknown) => {
        this.opening.delete(name);
        throw error;
      },
    );
    this.opening.set(name, opening);
    return opening;
  }

  private async unpack(spec: FunctionSpec, dataKey: Uint8Array): Promise<OpenCode> {
    const { folder, maxBytes } = this.options;
    if ('missing' in folder) throw new SealedCodeProblem('no-memory-folder', folder.missing);
    // The package and what it unpacks to lie there at once. What is unpacked is counted while it is written, and never more than is left.
    const left = maxBytes - this.usedBytes - spec.code_size_bytes;
    if (left <= 0) throw this.full();
    const maxUnpacked = Math.min(EXTRACT_LIMITS.maxBytes, left);
    const reserved = spec.code_size_bytes + maxUnpacked;
    const work = join(folder.path, randomUUID());
    this.reservedBytes += reserved;
    try {
      await mkdir(work, { mode: 0o700 });
      const archive = join(work, 'package.zip');
      const directory = join(work, 'tree');
      await pipeline(this.plaintext(spec, dataKey), createWriteStream(archive, { flags: 'wx', mode: 0o600 }));
      await mkdir(directory);
      await chmod(directory, 0o755);
      let bytes = await extractPackage(archive, directory, { ...EXTRACT_LIMITS, maxBytes: maxUnpacked });
      await rm(archive);
      for (const { digest } of spec.layers) bytes += await this.layOver(directory, digest, maxUnpacked - bytes);
      return { directory, bytes, holders: 0 };
    } catch (error) {
      await rm(work, { recursive: true, force: true });
      if (error instanceof SealBroken) throw new SealedCodeProblem('altered', error.message);
      if (error instanceof UnsafePackage && maxUnpacked < EXTRACT_LIMITS.maxBytes) throw this.full();
      throw error;
    } finally {
      this.reservedBytes -= reserved;
    }
  }

  /** A dependency over the code, as `LayeredCode` does it, but as a copy. Answers its bytes. */
  private async layOver(directory: string, digest: string, mostBytes: number): Promise<number> {
    const layer = await this.options.holdLayer(digest);
    try {
      const bytes = await sizeOf(layer.directory);
      if (bytes > mostBytes) throw this.full();
      await layOver(directory, layer.directory);
      return bytes;
    } finally {
      layer.release();
    }
  }

  /** Checked twice: chunk by chunk by the seal, and as a whole by the digest that the tenant knows. */
  private async *plaintext(spec: FunctionSpec, dataKey: Uint8Array): AsyncGenerator<Buffer> {
    const hash = createHash('sha512');
    for await (const part of openPackage(dataKey, codeContext(spec), this.options.download(spec.stored_code_digest))) {
      hash.update(part);
      yield part;
    }
    if (hash.digest('hex') !== spec.code_digest) throw new SealBroken('it is not the package that the function has');
  }

  private full(): SealedCodeProblem {
    return new SealedCodeProblem('memory-full', `packages may take ${this.limitMb} MB of memory, and this one needs more than is left`);
  }

  private forget(name: string, code: OpenCode): void {
    this.open.delete(name);
    void rm(join(code.directory, '..'), { recursive: true, force: true });
  }
}
