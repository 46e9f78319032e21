import { createHash } from 'node:crypto';
import type { SealPackage } from '../customer-key/sealed-code.js';
import type { CodeSeal } from '../function/function.state.js';
import { checkPackage } from './check-package.js';
import type { CheckSlots } from './check-slots.js';
import { packInline } from './inline-package.js';
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
}

/** The way of code into the platform: every package passes the same checks and is stored before any event mentions it. */
export class AcceptedPackages {
  constructor(
    private readonly store: PackageStore,
    private readonly slots: CheckSlots,
    private readonly announce: (digest: string) => Promise<void>,
  ) {}

  /**
   * Fails with FSS.1011 or FSS.1071 when the code cannot be run as an HTTP function. With `seal` nothing but the encrypted package is ever
   * written.
   */
  async accept(code: UploadedCode, seal?: SealPackage): Promise<AcceptedCode> {
    return this.slots.use(async () => {
      const content = code.type === 'inline' ? packInline(code.content) : code.content;
      await checkPackage(content);
      const digest = createHash('sha512').update(content).digest('hex');
      const accepted = { type: code.type, filename: code.filename, digest, sizeBytes: content.length };
      if (seal === undefined) {
        await this.keep(digest, content);
        return accepted;
      }
      const { stored, seal: by } = await seal(digest, content);
      const storedDigest = createHash('sha512').update(stored).digest('hex');
      await this.keep(storedDigest, stored);
      return { ...accepted, sealed: { ...by, storedDigest } };
    });
  }

  private async keep(digest: string, content: Buffer): Promise<void> {
    await this.announce(digest);
    await this.store.put(digest, content);
  }
}
