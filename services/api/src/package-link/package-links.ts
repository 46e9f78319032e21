import { createHmac, timingSafeEqual } from 'node:crypto';
import { WindlassError } from '@windlass/errors';

export interface PackageReference {
  /** Hex SHA-512 of the package as it is stored. */
  readonly digest: string;
  /** Whether it lies encrypted under a customer's key. */
  readonly sealed: boolean;
  readonly fileName: string;
}

const VALID_SECONDS = 15 * 60;
export const PACKAGE_PATH = '/windlass/v1/packages';

/** Links that let their holder download one package for a while. The signature covers all of the reference and the expiry. */
export class PackageLinks {
  constructor(
    private readonly key: Buffer,
    private readonly publicUrl: string,
    private readonly now: () => number = Date.now,
  ) {}

  create(reference: PackageReference): string {
    const expires = String(Math.floor(this.now() / 1000) + VALID_SECONDS);
    const sealed: Record<string, string> = reference.sealed ? { sealed: 'true' } : {};
    const query = new URLSearchParams({ expires, filename: reference.fileName, ...sealed, signature: this.sign(reference, expires).toString('hex') });
    return `${this.publicUrl}${PACKAGE_PATH}/${reference.digest}?${query.toString()}`;
  }

  /** What a followed link refers to. Fails as "forbidden" when it was altered or has expired. */
  verify(digest: string, query: URLSearchParams): PackageReference {
    const expires = query.get('expires') ?? '';
    const reference = { digest, sealed: query.get('sealed') === 'true', fileName: query.get('filename') ?? '' };
    const given = Buffer.from(query.get('signature') ?? '', 'hex');
    const expected = this.sign(reference, expires);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refused('LINK_ALTERED', 'The signature of the link does not match.');
    if (this.now() >= Number(expires) * 1000) throw refused('LINK_EXPIRED', 'The link has expired. Ask for the function\'s code again to get a new one.');
    return reference;
  }

  private sign(reference: PackageReference, expires: string): Buffer {
    // Lengths first, so that no part can borrow characters from the next.
    const { digest, sealed, fileName } = reference;
    return createHmac('sha256', this.key).update(`${digest.length}:${expires.length}:${sealed}:${digest}${expires}${fileName}`).digest();
  }
}

function refused(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'forbidden', reason, code: 'FSS.0403', message });
}
