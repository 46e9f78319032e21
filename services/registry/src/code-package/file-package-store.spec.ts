import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilePackageStore } from './file-package-store.js';
import { packageStoreContract } from './testing/package-store-contract.js';

describe('packages in a folder', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-packages-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  packageStoreContract(() => new FilePackageStore(directory));

  it('leave no unfinished file behind', async () => {
    const content = Buffer.from('a package');
    const digest = createHash('sha512').update(content).digest('hex');
    const store = new FilePackageStore(directory);
    await Promise.all(Array.from({ length: 8 }, () => store.put(digest, content)));
    expect(await readdir(join(directory, digest.slice(0, 2)))).toEqual([digest]);
  });
});
