import { createHash } from 'node:crypto';
import type { SealPackage } from '../customer-key/sealed-code.js';
import type { CodeSeal } from '../function/function.state.js';
import { withoutSignature, type BucketLinks } from './bucket-links.js';
import { checkLibraries, checkPackage } from './check-package.js';
import type { CheckSlots } from './check-slots.js';
import { packInline } from './inline-package.js';
import { LIBRARY_LIMITS, LINKED_PACKAGE_LIMITS, PACKAGE_LIMITS } from './package-limits.js';
import type { PackageStore } from './package-store.js';
import type { CodeType, UploadedCode } from './uploaded-code.js';

/** Code that was checked and is in the store. */
export interface AcceptedCode {
  readonly type: CodeType;
  readonly filename: string;
  /** Hex SHA-512 of the package. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Where it lies encrypted. */
  readonly sealed?: CodeSeal;
  /** Where it was fetched from, without what signed the URL. */
  readonly url?: string;
}

/** The way of code into the platform: every package passes the same checks and is stored before any event mentions it. */
export class AcceptedPackages {
  constructor(
    private readonly store: PackageStore,
    private readonly slots: CheckSlots,
    private readonly links: BucketLinks,
    private readonly announce: (digest: string) => Promise<void>,
  ) {}

  /**
   * Fails with FSS.1011 or FSS.1071 when the code cannot be run as an HTTP function, and as `BucketLinks.fetch` does. With `seal` nothing
   * but the encrypted package is ever written.
   */
  async accept(code: UploadedCode, seal?: SealPackage): Promise<AcceptedCode> {
    return this.slots.use(async () => {
      const limits = code.type === 'obs' ? LINKED_PACKAGE_LIMITS : PACKAGE_LIMITS;
      const content = await this.contentOf(code, limits.packedBytes);
      await checkPackage(content, process.arch, limits);
      const accepted = acceptedCode(code, content);
      if (seal === undefined) {
        await this.keep(accepted.digest, content);
        return accepted;
      }
      const { stored, seal: by } = await seal(accepted.digest, content);
      const storedDigest = sha512(stored);
      await this.keep(storedDigest, stored);
      return { ...accepted, sealed: { ...by, storedDigest } };
    });
  }

  /** Packages that functions attach: they need no start file. Fails as `accept` does. */
  async acceptLibraries(code: UploadedCode): Promise<AcceptedCode> {
    return this.slots.use(async () => {
      const content = await this.contentOf(code, LIBRARY_LIMITS.packedBytes);
      await checkLibraries(content);
      const accepted = acceptedCode(code, content);
      await this.keep(accepted.digest, content);
      return accepted;
    });
  }

  private async contentOf(code: UploadedCode, limitBytes: number): Promise<Buffer> {
    if (code.type === 'obs') return this.links.fetch(code.url, limitBytes);
    return code.type === 'inline' ? packInline(code.content) : code.content;
  }

  private async keep(digest: string, content: Buffer): Promise<void> {
    await this.announce(digest);
    await this.store.put(digest, content);
  }
}

function acceptedCode(code: UploadedCode, content: Buffer): AcceptedCode {
  const url = code.type === 'obs' ? { url: withoutSignature(code.url) } : {};
  return { type: code.type, filename: code.filename, digest: sha512(content), sizeBytes: content.length, ...url };
}

function sha512(content: Buffer): string {
  return createHash('sha512').update(content).digest('hex');
}
