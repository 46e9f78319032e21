import { createHash } from 'node:crypto';
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
}

/** The way of code into the platform: every package passes the same checks and is stored before any event mentions it. */
export class AcceptedPackages {
  constructor(
    private readonly store: PackageStore,
    private readonly slots: CheckSlots,
    private readonly announce: (digest: string) => Promise<void>,
  ) {}

  /** Fails with FSS.1011 or FSS.1071 when the code cannot be run as an HTTP function. */
  async accept(code: UploadedCode): Promise<AcceptedCode> {
    return this.slots.use(async () => {
      const content = code.type === 'inline' ? packInline(code.content) : code.content;
      await checkPackage(content);
      const digest = createHash('sha512').update(content).digest('hex');
      await this.announce(digest);
      await this.store.put(digest, content);
      return { type: code.type, filename: code.filename, digest, sizeBytes: content.length };
    });
  }
}
