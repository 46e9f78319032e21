import { BucketPackageStore } from './bucket-package-store.js';
import { FilePackageStore } from './file-package-store.js';
import type { PackageLocation, PackageStore } from './package-store.js';

export function openPackageStore(location: PackageLocation): PackageStore {
  return 'bucket' in location ? new BucketPackageStore(location.bucket) : new FilePackageStore(location.directory);
}
