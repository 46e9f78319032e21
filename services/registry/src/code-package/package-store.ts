import type { Readable } from 'node:stream';
import type { BucketAddress } from '@windlass/object-storage';
import { refusal } from '../refusal.js';

/** Where an operator has packages kept: in a folder of one machine, or in a bucket that several machines reach. */
export type PackageLocation = { readonly directory: string } | { readonly bucket: BucketAddress };

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
  /** Removes what a crash left of packages that were being put, before that time; answers how many. Nothing has a digest for a name before it is whole. */
  abstract removeUnfinished(before: Date): Promise<number>;
}

/** The same tree in every store, with few enough entries in each folder. Only a digest makes a key: no caller's word becomes a path. */
export function packageKey(digest: string): string {
  if (!/^[0-9a-f]{128}$/.test(digest)) throw refusal('invalid', 'FSS.0400', 'DIGEST_INVALID', 'A digest is 128 hexadecimal digits.');
  return `${digest.slice(0, 2)}/${digest}`;
}

export function packageNotFound(): Error {
  return refusal('not_found', 'FSS.0404', 'PACKAGE_NOT_FOUND', 'There is no code package with this digest.');
}
