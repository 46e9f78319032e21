import type { BucketAddress } from '@windlass/object-storage';
import { findS3Server, startS3Server, type S3Server } from '@windlass/object-storage/testing';
import { BucketPackageStore } from './bucket-package-store.js';
import { packageStoreContract } from './testing/package-store-contract.js';

const found = await findS3Server();
if ('lacking' in found) process.stdout.write(`skipped: ${found.lacking}\n`);

('lacking' in found ? describe.skip : describe)('packages in a bucket of a real S3 server', () => {
  let server: S3Server;
  let address: BucketAddress;

  beforeAll(async () => {
    server = await startS3Server('program' in found ? found.program : '');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    address = await server.newBucket();
  });

  packageStoreContract(() => new BucketPackageStore(address));

  it('fail loudly, and are not taken for missing, when the bucket is not there', async () => {
    const store = new BucketPackageStore({ ...address, bucket: 'not-there' });
    await expect(store.put('0'.repeat(128), Buffer.from('x'))).rejects.toThrow(/bucket/i);
    await expect(store.open('0'.repeat(128))).rejects.toThrow(/bucket/i);
  });
});
