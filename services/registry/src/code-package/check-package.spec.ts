import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { checkPackage } from './check-package.js';
import { PACKAGE_LIMITS } from './package-limits.js';
import { packInline, unpackInline } from './inline-package.js';
import { bootstrap, crowdedZip, elfHeader, handmadeZip, SCRIPT, type HandmadeEntry } from './testing/handmade-zip.js';

const LIMITS = { packedBytes: 1_000_000, unpackedBytes: 200_000, entries: 20 };

const check = (zip: Buffer, arch = 'x64'): Promise<void> => checkPackage(zip, arch, LIMITS);

async function refused(entries: readonly HandmadeEntry[], message: RegExp): Promise<void> {
  await expect(check(handmadeZip(entries))).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1011', message: expect.stringMatching(message) });
}

async function yazlZip(fill: (zip: ZipFile) => void): Promise<Buffer> {
  const zip = new ZipFile();
  fill(zip);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a package', () => {
  it('made by an ordinary tool is accepted', async () => {
    const zip = await yazlZip((file) => {
      file.addBuffer(Buffer.from(SCRIPT), 'bootstrap', { mode: 0o100755 });
      file.addEmptyDirectory('node_modules');
      file.addBuffer(Buffer.from('x'.repeat(100_000)), 'node_modules/express/index.js');
      file.addBuffer(Buffer.from('1'), 'größe.txt');
    });
    await check(zip);
  });

  it('with the zip64 form is accepted', async () => {
    await check(await yazlZip((file) => file.addBuffer(Buffer.from(SCRIPT), 'bootstrap', { mode: 0o100755, forceZip64Format: true })));
  });

  it('made on Windows, without permissions, is accepted', async () => {
    await check(handmadeZip([bootstrap({ mode: 0, host: 0 })]));
    await check(handmadeZip([bootstrap({ mode: 0o100666, host: 0 })]));
  });

  it.each([
    ['the source of inline code', packInline(Buffer.from(SCRIPT))],
    ['a program of this processor', handmadeZip([bootstrap({ content: elfHeader(62) })])],
    ['a link to a file beside it', handmadeZip([bootstrap(), { name: 'a/link', content: '../bootstrap', mode: 0o120777 }])],
    ['a directory listed twice', handmadeZip([bootstrap(), { name: 'a/', mode: 0o040755 }, { name: 'a/', mode: 0o040755 }])],
  ])('with %s is accepted', async (_what, zip) => {
    await check(zip);
  });

  it('that is no zip, is empty or is cut off is refused', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), handmadeZip([bootstrap()]).subarray(0, 60)]) {
      await expect(check(bytes)).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringContaining('not a usable zip archive') });
    }
  });

  it('larger than an upload may be is refused as too large', async () => {
    await expect(check(Buffer.alloc(1_000_001))).rejects.toMatchObject({ kind: 'too_large', code: 'FSS.1071' });
  });

  it('with more entries than allowed is refused', async () => {
    await refused([bootstrap(), ...Array.from({ length: 20 }, (_, i) => ({ name: `f${i}` }))], /21 files and directories; 20 are allowed/);
  });
});

describe('a file name', () => {
  it.each([
    ['../evil', /leaves the package/],
    ['a/../../evil', /leaves the package/],
    ['/etc/passwd', /absolute/],
    ['C:/windows', /absolute/],
    ['a\\..\\evil', /backslash/],
    ['a\0b', /NUL/],
    ['./a', /empty or "\."/],
    ['a//b', /empty or "\."/],
    ['x'.repeat(256), /too long/],
    [Buffer.from([0x66, 0xff, 0xfe]), /UTF-8/],
  ])('%j is refused', async (name, message) => {
    await refused([bootstrap(), { name, content: 'x' }], message);
  });

  it('that is empty is refused', () => refused([bootstrap(), { name: '/', mode: 0 }], /without a name/));

  it('that stands twice is refused', () => refused([bootstrap(), { name: 'a' }, { name: 'a' }], /"a" twice/));

  it('that is a file and a directory is refused', async () => {
    await refused([bootstrap(), { name: 'a' }, { name: 'a/b' }], /below "a", which is not a directory/);
    await refused([bootstrap(), { name: 'a', mode: 0o100644 }, { name: 'a/', mode: 0o040755 }], /"a" twice/);
  });

  it('that an extra field gives a second time, differently, is refused', async () => {
    const evil = Buffer.from('../evil');
    const extra = Buffer.alloc(9 + evil.length);
    extra.writeUInt16LE(0x7075, 0);
    extra.writeUInt16LE(5 + evil.length, 2);
    extra[4] = 1;
    extra.writeUInt32LE(crc32(Buffer.from('good')), 5);
    evil.copy(extra, 9);
    await refused([bootstrap(), { name: 'good', extra }], /two names/);
  });
});

describe('the kind of an entry', () => {
  it.each([
    ['device', 0o020666],
    ['block device', 0o060666],
    ['pipe', 0o010666],
    ['socket', 0o140666],
  ])('%s is refused', (_kind, mode) => refused([bootstrap(), { name: 'x', mode }], /device, pipe or socket/));

  it('with setuid or setgid is refused', async () => {
    await refused([bootstrap(), { name: 'su', mode: 0o104755 }], /setuid/);
    await refused([bootstrap({ mode: 0o102755 })], /setgid/);
  });

  it.each(['/etc/passwd', '..', '../../x', 'b/../../x', 'b/../bootstrap', ''])('link to %j is refused', (content) =>
    refused([bootstrap(), { name: 'link', content, mode: 0o120777 }], /Links may only lead to files inside/),
  );

  it('link is never written through', () =>
    refused([bootstrap(), { name: 'd', content: 'e', mode: 0o120777 }, { name: 'd/file', content: 'x' }], /below "d", which is not a directory/));

  it('directory with content is refused', () => refused([bootstrap(), { name: 'd/', content: 'x', mode: 0o040755 }], /claims to have content/));

  it('that disagrees with the name is refused', () => refused([bootstrap(), { name: 'd/', mode: 0o100644 }], /disagree/));
});

describe('an archive that lies', () => {
  it('about a file being encrypted or its method is refused', async () => {
    await refused([bootstrap(), { name: 'x', content: 'x', flags: 0x801 }], /encrypted/);
    await refused([bootstrap(), { name: 'x', content: 'x', method: 12 }], /compression method 12/);
    await refused([bootstrap(), { name: 'x', content: 'x', localFlags: 0x801 }], /disagree about encryption/);
    await refused([bootstrap(), { name: 'x', content: 'x', localMethod: 8 }], /disagree about its compression/);
  });

  it('with another name in the file header is refused', () => refused([bootstrap(), { name: 'a', localName: 'b', content: 'x' }], /name it differently/));

  it('with another size in the file header is refused', () => refused([bootstrap(), { name: 'a', content: 'x', localDeclaredBytes: 9 }], /disagree about its size/));

  it('whose entries share bytes is refused', () => refused([bootstrap(), { name: 'a', content: 'x' }, { name: 'a', content: 'x', headerOf: 1 }], /shares its bytes/));

  it.each([10, 100_000])('that unpacks to more than the %i bytes it says is stopped at the first byte too many', (declaredBytes) =>
    refused([bootstrap(), { name: 'bomb', content: Buffer.alloc(5_000_000), method: 8, declaredBytes }], /more bytes than the archive says/),
  );

  it('that unpacks to less than it says is refused', () => refused([bootstrap(), { name: 'x', content: 'abc', method: 8, declaredBytes: 10 }], /fewer bytes/));

  it('with a wrong checksum is refused', () => refused([bootstrap(), { name: 'x', content: 'abc', crc32: 1 }], /checksum/));

  it('with unreadable compressed data is refused', async () => {
    const content = Buffer.from('plain text that is not deflated');
    const zip = handmadeZip([bootstrap(), { name: 'x', content, method: 8 }]);
    const packed = deflateRawSync(content);
    zip.fill(0xff, zip.indexOf(packed), zip.indexOf(packed) + packed.length);
    await expect(check(zip)).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringMatching(/damaged/) });
  });

  it('that is a bomb is refused, whether it says so or not', async () => {
    await refused([bootstrap(), { name: 'bomb', content: Buffer.alloc(200_001), method: 8 }], /unpacks to more than/);
    await refused([bootstrap(), ...[1, 2, 3].map((i) => ({ name: `b${i}`, content: Buffer.alloc(70_000), method: 8 }))], /unpacks to more than/);
  });

  it('that counts fewer entries than it lists is refused', async () => {
    await expect(check(handmadeZip([bootstrap(), { name: 'hidden' }], { count: 1 }))).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringContaining('counts') });
  });

  it('with a million entries is refused, whether it says so or not, though it is small enough to be uploaded', async () => {
    const crowded = (counted: number): Promise<void> => checkPackage(crowdedZip(900_000, counted), 'x64', PACKAGE_LIMITS);
    await expect(crowded(900_000)).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringMatching(/holds 900000 files and directories; 50000 are allowed/) });
    await expect(crowded(1)).rejects.toMatchObject({ code: 'FSS.1011', message: expect.stringMatching(/lists other files than it counts/) });
    await expect(crowded(49_999)).rejects.toMatchObject({ code: 'FSS.1011' });
    await expect(checkPackage(crowdedZip(1_200_000), 'x64', PACKAGE_LIMITS)).rejects.toMatchObject({ code: 'FSS.1071' });
  });

  it('with a package within a package, and one in that, is taken for the bytes it has: nothing unpacks the inner ones', async () => {
    const bomb = handmadeZip([{ name: 'zeros', content: Buffer.alloc(20_000_000), method: 8 }]);
    const nested = handmadeZip([{ name: 'inner.zip', content: bomb, method: 8 }]);
    await check(handmadeZip([bootstrap(), { name: 'nested.zip', content: nested, method: 8 }]));
    await refused([bootstrap(), { name: 'nested.zip', content: Buffer.concat([nested, Buffer.alloc(200_001)]), method: 8 }], /unpacks to more than/);
  });

  it('with bytes after its end is refused', async () => {
    await expect(check(handmadeZip([bootstrap()], { tail: Buffer.from('tail') }))).rejects.toMatchObject({ code: 'FSS.1011' });
  });

  it('in any single byte, or is any bytes at all, is accepted or refused and nothing else', async () => {
    const good = handmadeZip([bootstrap(), { name: 'a/b', content: 'hello', method: 8 }]);
    const outcome = (zip: Buffer): Promise<string> => check(zip).then(() => 'ok', (error: { code?: string; kind?: string }) => `${error.kind} ${error.code}`);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, value) => {
        const zip = Buffer.from(good);
        zip[at] = value;
        expect(['ok', 'invalid FSS.1011']).toContain(await outcome(zip));
      }),
      { numRuns: 500 },
    );
  });
});

describe('bootstrap', () => {
  it.each<[string, HandmadeEntry[], RegExp]>([
    ['missing', [{ name: 'index.js' }], /no file named bootstrap at its root\. Add one/],
    ['one folder deeper', [{ name: 'demo/bootstrap', content: SCRIPT }], /found "demo\/bootstrap"; zip the content of the folder, not the folder/],
    ['misspelt', [{ name: 'Bootstrap.sh', content: SCRIPT }], /found "Bootstrap.sh"; the name must be exactly bootstrap/],
    ['only a directory by its files', [{ name: 'bootstrap/x' }], /bootstrap is a directory/],
    ['a directory', [{ name: 'bootstrap/', mode: 0o040755 }], /bootstrap is a directory/],
    ['a link', [bootstrap({ content: 'start', mode: 0o120777 }), { name: 'start', content: SCRIPT }], /symbolic link/],
    ['not executable', [bootstrap({ mode: 0o100644 })], /chmod \+x bootstrap/],
    ['empty', [bootstrap({ content: '' })], /is empty/],
    ['with Windows line ends', [bootstrap({ content: '#!/bin/bash\r\nnode x\r\n' })], /carriage return/],
    ['without a first line for a script', [bootstrap({ content: 'node server.js\n' })], /#!\/bin\/bash/],
    ['with a byte order mark', [bootstrap({ content: `\ufeff${SCRIPT}` })], /byte order mark/],
    ['with a relative interpreter', [bootstrap({ content: '#!node\n' })], /no absolute path/],
    ['a program of another processor', [bootstrap({ content: elfHeader(183) })], /for arm64 and this platform runs x86_64/],
    ['a 32 bit program', [bootstrap({ content: elfHeader(3) })], /x86 \(32 bit\)/],
    ['a cut off program', [bootstrap({ content: elfHeader(62).subarray(0, 10) })], /cut off/],
  ])('%s is refused with the remedy', (_what, entries, message) => refused(entries, message));

  it('is checked against the processor of the platform', async () => {
    await check(handmadeZip([bootstrap({ content: elfHeader(183) })]), 'arm64');
  });

  it('of inline code comes back as it was given', () => {
    const source = Buffer.from('#!/bin/sh\necho größe\n');
    expect(unpackInline(packInline(source))).toEqual(source);
    expect(packInline(source)).toEqual(packInline(Buffer.from(source)));
  });
});
