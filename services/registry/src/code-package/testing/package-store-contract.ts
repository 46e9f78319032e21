import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { PackageStore } from '../package-store.js';

/** What every package store promises. `open` gives another store over the same place each time, as after a restart. */
export function packageStoreContract(open: () => PackageStore): void {
  const content = randomBytes(700_000);
  const digest = createHash('sha512').update(content).digest('hex');

  it('gives back what was put, by its digest, also after a restart', async () => {
    await open().put(digest, content);
    const store = open();
    expect((await buffer(await store.open(digest))).equals(content)).toBe(true);
    expect(await store.stat(digest)).toEqual({ sizeBytes: content.length });
  });

  it('keeps one copy, however often and however many at once put it', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 8 }, () => store.put(digest, content)));
    await store.put(digest, content);
    await store.remove(digest);
    expect(await store.stat(digest)).toBeUndefined();
  });

  it('does not find what was never put or was removed, and says so before the first byte', async () => {
    const store = open();
    await expect(store.open(digest)).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.0404' });
    await store.put(digest, content);
    await store.remove(digest);
    await store.remove(digest);
    expect(await store.stat(digest)).toBeUndefined();
    await expect(store.open(digest)).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.0404' });
  });

  it('takes nothing but a digest for a key', async () => {
    const store = open();
    for (const key of ['', '../../etc/passwd', digest.toUpperCase(), `${digest}0`]) {
      await expect(store.stat(key)).rejects.toMatchObject({ kind: 'invalid' });
      await expect(store.put(key, content)).rejects.toMatchObject({ kind: 'invalid' });
    }
  });
}
