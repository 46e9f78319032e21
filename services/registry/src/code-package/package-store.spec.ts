import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { FilePackageStore } from './package-store.js';

describe('the package store', () => {
  let directory: string;
  const content = Buffer.from('a package');
  const digest = createHash('sha512').update(content).digest('hex');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-packages-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives back what was put, by its digest', async () => {
    const store = new FilePackageStore(directory);
    await store.put(digest, content);
    expect(await buffer(await store.open(digest))).toEqual(content);
    expect(await store.stat(digest)).toEqual({ sizeBytes: content.length });
  });

  it('keeps one copy, and no unfinished file, however often and however many at once put it', async () => {
    const store = new FilePackageStore(directory);
    await Promise.all(Array.from({ length: 8 }, () => store.put(digest, content)));
    await store.put(digest, content);
    expect(await readdir(join(directory, digest.slice(0, 2)))).toEqual([digest]);
  });

  it('does not find what was never put or was removed', async () => {
    const store = new FilePackageStore(directory);
    await expect(store.open(digest)).rejects.toMatchObject({ kind: 'not_found' });
    await store.put(digest, content);
    await store.remove(digest);
    await store.remove(digest);
    expect(await store.stat(digest)).toBeUndefined();
  });

  it('takes nothing but a digest for a key', async () => {
    const store = new FilePackageStore(directory);
    for (const key of ['', '../../etc/passwd', digest.toUpperCase(), `${digest}0`]) {
      await expect(store.stat(key)).rejects.toMatchObject({ kind: 'invalid' });
    }
  });
});
