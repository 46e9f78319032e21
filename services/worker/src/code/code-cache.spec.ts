import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipOf, type PackageFiles } from '../testing/registry-peer.js';
import { CodeCache, type CodeCacheOptions } from './code-cache.js';
import { checkLinkTarget, entryPath } from './entry-name.js';

describe('the code cache', () => {
  const packages = new Map<string, Buffer>();
  let directory: string;
  let downloads: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-code-'));
    downloads = 0;
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = (changes: Partial<CodeCacheOptions> = {}): Promise<CodeCache> =>
    CodeCache.open({
      directory,
      maxBytes: 1_000_000,
      download: async function* (digest) {
        downloads += 1;
        yield packages.get(digest) ?? Buffer.from('nothing');
      },
      ...changes,
    });

  const store = async (files: PackageFiles): Promise<string> => storeZip(await zipOf(files));
  const storeZip = (zip: Buffer): string => {
    const digest = createHash('sha512').update(zip).digest('hex');
    packages.set(digest, zip);
    return digest;
  };

  it('extracts files with the modes that instances need, and nothing more', async () => {
    const digest = await store({
      bootstrap: { content: 'go', mode: 0o100700 },
      'lib/data.txt': { content: 'data', mode: 0o100600 },
      'lib/tool': { content: 'tool', mode: 0o104755 },
    });
    const { directory: code } = await (await open()).hold(digest);
    const mode = async (name: string): Promise<number> => (await stat(join(code, name))).mode & 0o7777;
    expect(await readFile(join(code, 'lib/data.txt'), 'utf8')).toBe('data');
    expect([await mode('.'), await mode('lib'), await mode('bootstrap'), await mode('lib/data.txt'), await mode('lib/tool')]).toEqual([
      0o755, 0o755, 0o755, 0o644, 0o755,
    ]);
  });

  it('makes bootstrap a program when the archive knows no modes', async () => {
    const zip = await zipOf({ bootstrap: { content: 'go', mode: 0 }, 'data.txt': { content: 'data', mode: 0 } });
    const { directory: code } = await (await open()).hold(storeZip(zip));
    expect((await stat(join(code, 'bootstrap'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(code, 'data.txt'))).mode & 0o777).toBe(0o644);
  });

  it('fetches a package once, however many hold it, and not again after a restart', async () => {
    const digest = await store({ bootstrap: 'go' });
    const cache = await open();
    await Promise.all([cache.hold(digest), cache.hold(digest), cache.hold(digest)]);
    await (await open()).hold(digest);
    expect(downloads).toBe(1);
  });

  it('shows nothing of a package whose digest is wrong, or that does not extract, and tries again', async () => {
    const wrong = await store({ bootstrap: 'go' });
    packages.set(wrong, Buffer.from('other'));
    const broken = storeZip(Buffer.from('no zip at all'));
    const cache = await open();
    await expect(cache.hold(wrong)).rejects.toThrow('digest');
    await expect(cache.hold(broken)).rejects.toThrow();
    await expect(cache.hold(broken)).rejects.toThrow();
    expect(downloads).toBe(3);
    expect(await readdir(directory)).toEqual([]);
  });

  it('removes what a crash left half done', async () => {
    await mkdir(join(directory, '.incomplete-1/tree'), { recursive: true });
    await writeFile(join(directory, '.incomplete-1/tree/bootstrap'), 'half');
    await open();
    expect(await readdir(directory)).toEqual([]);
  });

  it('evicts what is not held, the longest unused first, and never what is held', async () => {
    const digests = await Promise.all(['a', 'b', 'c'].map((letter) => store({ bootstrap: letter.repeat(100) })));
    const [held = '', unused = '', fresh = ''] = digests;
    const cache = await open({ maxBytes: 250 });
    await cache.hold(held);
    (await cache.hold(unused)).release();
    await cache.hold(fresh);
    expect((await readdir(directory)).sort()).toEqual([held, fresh].sort());
  });

  it('takes links that stay inside the package', async () => {
    const digest = await store({ 'lib/real.js': 'code', 'bin/link.js': { content: '../lib/real.js', mode: 0o120777 } });
    const { directory: code } = await (await open()).hold(digest);
    expect(await readlink(join(code, 'bin/link.js'))).toBe('../lib/real.js');
  });

  it.each([
    ['a link out of the package', { 'x/link': { content: '../../etc', mode: 0o120777 } }],
    ['an absolute link', { link: { content: '/etc/passwd', mode: 0o120777 } }],
    ['a file below a link', { dir: { content: 'sub', mode: 0o120777 }, 'dir/file': 'x' }],
    ['a file that is also a folder', { dir: 'x', 'dir/file': 'y' }],
    ['a device', { device: { content: '', mode: 0o020666 } }],
  ] satisfies [string, PackageFiles][])('refuses %s', async (_what, files) => {
    await expect((await open()).hold(await store(files))).rejects.toThrow('The package is refused');
  });

  it('refuses names that lead out of the package, whatever the archive calls them', async () => {
    const zip = await zipOf({ 'aa/evil.txt': 'x' });
    for (const name of ['../evil.txt', '/a/evil.txt', 'a\\/evil.txt', 'a//evil.txt']) {
      const forged = Buffer.from(zip.toString('latin1').replaceAll('aa/evil.txt', name.padEnd(11, 't')), 'latin1');
      await expect((await open()).hold(storeZip(forged))).rejects.toThrow();
    }
  });

  it('counts what it writes, not what the archive says', async () => {
    const digest = await store({ 'zeros.bin': '0'.repeat(100_000) });
    const cache = await open({ extractLimits: { maxEntries: 10, maxBytes: 50_000 } });
    await expect(cache.hold(digest)).rejects.toThrow('unpacks to more than 50000 bytes');
    const many = await store(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`f${index}`, 'x'])));
    await expect(cache.hold(many)).rejects.toThrow('more than 10 entries');
  });

  it('refuses a file that says less than it unpacks to', async () => {
    const zip = await zipOf({ 'zeros.bin': '0'.repeat(100_000) });
    const said = Buffer.alloc(4);
    said.writeUInt32LE(100_000);
    // In the directory and after the file.
    for (let at = zip.indexOf(said); at !== -1; at = zip.indexOf(said)) zip.writeUInt32LE(10, at);
    await expect((await open()).hold(storeZip(zip))).rejects.toThrow(/too many bytes/);
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses a name that stands twice', async () => {
    const zip = await zipOf({ 'one.txt': 'one', 'two.txt': 'two' });
    await expect((await open()).hold(storeZip(Buffer.from(zip.toString('latin1').replaceAll('two.txt', 'one.txt'), 'latin1')))).rejects.toThrow('appears twice');
  });

  it('refuses a million entries, whether the archive says so or not', async () => {
    const cache = await open({ maxPackageBytes: 100 * 1024 * 1024 });
    for (const [counted, why] of [[1_000_000, 'more than 100000 entries'], [20_000, 'appears twice']] as const) {
      await expect(cache.hold(storeZip(crowded(await zipOf({ bootstrap: 'go' }), 1_000_000, counted)))).rejects.toThrow(why);
    }
    expect(await readdir(directory)).toEqual([]);
  });

  it('takes a package within a package for the file it is', async () => {
    const bomb = await zipOf({ 'zeros.bin': '0'.repeat(5_000_000) });
    const cache = await open({ extractLimits: { maxEntries: 10, maxBytes: 50_000 } });
    const { directory: code } = await cache.hold(await store({ bootstrap: 'go', 'inner.zip': { content: bomb, mode: 0o100644 } }));
    expect((await stat(join(code, 'inner.zip'))).size).toBe(bomb.length);
  });
});

/** The archive with its one directory entry repeated, in the zip64 form; `counted` is how many entries it says. */
function crowded(zip: Buffer, entries: number, counted: number): Buffer {
  const [offset, length] = [zip.readUInt32LE(zip.length - 6), zip.readUInt32LE(zip.length - 10)];
  const listed = Buffer.alloc(length * entries, zip.subarray(offset, offset + length));
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  for (const at of [24, 32]) end.writeBigUInt64LE(BigInt(counted), at);
  end.writeBigUInt64LE(BigInt(listed.length), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + listed.length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 84, 96);
  return Buffer.concat([zip.subarray(0, offset), listed, end]);
}

describe('names in a package', () => {
  it.each(['../a', 'a/../b', '/a', 'a//b', './a', 'a\\b', 'a\0b', '', '..', `${'x'.repeat(256)}`])('refuses %j', (name) => {
    expect(() => entryPath(name)).toThrow('not a plain relative path');
  });

  it.each(['a', 'a/b', 'a/b/', '...', 'a b/ü'])('takes %j', (name) => {
    expect(entryPath(name).join('/')).toBe(name.replace(/\/$/, ''));
  });

  // "b/.." looks harmless, but when b is itself a link the step back starts where that link leads.
  it.each(['/etc', '../..', 'b/../../x', 'b/../c', '', '../../x'])('refuses a link at x/y to %j', (target) => {
    expect(() => checkLinkTarget(['x', 'y'], target)).toThrow('leads out');
  });

  it.each(['z', '../z', './z', '../q/r', '..'])('takes a link at x/y to %j', (target) => {
    expect(() => checkLinkTarget(['x', 'y'], target)).not.toThrow();
  });
});
