import type { Readable } from 'node:stream';
import { openBucket, type Bucket, type BucketAddress } from '@windlass/object-storage';
import { packageKey, packageNotFound, PackageStore } from './package-store.js';

/** Packages as objects of a bucket: for a registry on more than one machine. */
export class BucketPackageStore extends PackageStore {
  private readonly bucket: Bucket;

  constructor(address: BucketAddress) {
    super();
    this.bucket = openBucket(address);
  }

  override async put(digest: string, content: Buffer): Promise<void> {
    // An object appears whole or not at all, so what is there needs no second look.
    if ((await this.stat(digest)) === undefined) await this.bucket.put(packageKey(digest), content, 'application/zip');
  }

  override async open(digest: string): Promise<Readable> {
    const found = await this.bucket.get(packageKey(digest));
    if (found === undefined) throw packageNotFound();
    return found.content;
  }

  override async stat(digest: string): Promise<{ sizeBytes: number } | undefined> {
    return this.bucket.stat(packageKey(digest));
  }

  override async remove(digest: string): Promise<void> {
    await this.bucket.remove(packageKey(digest));
  }

  /** An object that was not put whole was not put. */
  override removeUnfinished(): Promise<number> {
    return Promise.resolve(0);
  }
}
