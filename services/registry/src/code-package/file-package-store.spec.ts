import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
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

  it('lose what a crash left unfinished when it is old, and keep what is being written and what is whole', async () => {
    const content = Buffer.from('a package');
    const digest = createHash('sha512').update(content).digest('hex');
    const store = new FilePackageStore(directory);
    await store.put(digest, content);
    const folder = join(directory, digest.slice(0, 2));
    const [left, now] = [join(folder, '.left'), new Date()];
    await writeFile(left, 'half');
    await utimes(left, now, new Date(now.getTime() - 3_600_000));
    await writeFile(join(folder, '.being-written'), 'half');
    await expect(store.removeUnfinished(new Date(now.getTime() - 60_000))).resolves.toBe(1);
    expect((await readdir(folder)).sort()).toEqual(['.being-written', digest]);
    await expect(new FilePackageStore(join(directory, 'none')).removeUnfinished(now)).resolves.toBe(0);
  });
});
