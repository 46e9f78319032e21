import { randomBytes } from 'node:crypto';
import { openPackage, SealBroken, sealedSize, sealPackage, type SealContext } from './index.js';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const context = { func_id: 'f1', digest: 'd1' };
const noncePrefix = Buffer.from('a1a2a3a4a5a6a7', 'hex');
const content = Buffer.from('a package of three chunks, forty-one bytes');

async function opened(sealed: Buffer | readonly Buffer[], as: SealContext = context, by: Buffer = key): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of openPackage(by, as, Buffer.isBuffer(sealed) ? [sealed] : sealed)) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a sealed package', () => {
  // Computed with another implementation of AES-GCM (Python's cryptography, OpenSSL) from the layout alone.
  it.each([
    ['', '574c53500100000010a1a2a3a4a5a6a7bd5c9a4a361e3ca51fb66d07f8f7881d'],
    ['hello', '574c53500100000010a1a2a3a4a5a6a7ff127001286e16e37913e20006ca690c0895a6a42b'],
    ['exactly sixteen!', '574c53500100000010a1a2a3a4a5a6a7f20f7d0e33bf67bea320bece1ae5160164542a28c87a140437f23dfbd9e7b3fc'],
    [
      content.toString(),
      '574c53500100000010a1a2a3a4a5a6a789224f2560732f947c9f6ee08a3909cd6b3772c266808f43e3c2b988680af340c8e8151a455905a1763b758eb49a369f856f409d24e6487143cbefa9b56078c0bf845014143f55dbd6b732353bb95cbe4d38171ff643327976d9',
    ],
  ])('of %j has the known bytes, and opens', async (text, hex) => {
    expect(sealPackage(key, context, Buffer.from(text), { chunkBytes: 16, noncePrefix }).toString('hex')).toBe(hex);
    await expect(opened(Buffer.from(hex, 'hex'))).resolves.toBe(text);
  });

  it('opens in whatever pieces it comes', async () => {
    const sealed = sealPackage(key, context, content, { chunkBytes: 16 });
    for (const size of [1, 7, 16, 31, 32, 33, 1000]) {
      const pieces = Array.from({ length: Math.ceil(sealed.length / size) }, (_, index) => sealed.subarray(index * size, (index + 1) * size));
      await expect(opened(pieces)).resolves.toBe(content.toString());
    }
  });

  it('does not open with any bit of any byte flipped', async () => {
    const sealed = sealPackage(key, context, content, { chunkBytes: 16 });
    for (let at = 0; at < sealed.length; at += 1) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ bit;
        await expect(opened(altered)).rejects.toBeInstanceOf(SealBroken);
      }
    }
  });

  it('does not open when it is cut anywhere, or lengthened', async () => {
    const sealed = sealPackage(key, context, content, { chunkBytes: 16 });
    for (let length = 0; length < sealed.length; length += 1) await expect(opened(sealed.subarray(0, length))).rejects.toBeInstanceOf(SealBroken);
    for (const more of [1, 15, 16, 32, 33]) await expect(opened(Buffer.concat([sealed, Buffer.alloc(more)]))).rejects.toBeInstanceOf(SealBroken);
  });

  it('does not open with chunks in another order, twice, or of another package of the same key', async () => {
    const header = 16;
    const chunk = 32;
    const sealed = sealPackage(key, context, content, { chunkBytes: 16 });
    const other = sealPackage(key, context, Buffer.from(content).reverse(), { chunkBytes: 16 });
    const [first, second, rest] = [sealed.subarray(header, header + chunk), sealed.subarray(header + chunk, header + 2 * chunk), sealed.subarray(header + 2 * chunk)];
    const head = sealed.subarray(0, header);
    for (const parts of [[head, second, first, rest], [head, first, first, second, rest], [head, first, rest], [head, rest], [head, first, other.subarray(header + chunk, header + 2 * chunk), rest]]) {
      await expect(opened(Buffer.concat(parts))).rejects.toBeInstanceOf(SealBroken);
    }
  });

  it('opens for nobody and nothing else', async () => {
    const sealed = sealPackage(key, context, content);
    await expect(opened(sealed, { digest: 'd1', func_id: 'f1' })).resolves.toBe(content.toString());
    for (const other of [{ func_id: 'f2', digest: 'd1' }, { func_id: 'f1', digest: 'd2' }, { func_id: 'f1' }, { ...context, more: '' }, {}]) {
      await expect(opened(sealed, other as SealContext)).rejects.toBeInstanceOf(SealBroken);
    }
    await expect(opened(sealed, context, randomBytes(32))).rejects.toBeInstanceOf(SealBroken);
  });

  it('gives out nothing of a chunk that is not authentic', async () => {
    const altered = sealPackage(key, context, content, { chunkBytes: 16 });
    altered[16 + 32] = (altered[16 + 32] ?? 0) ^ 1;
    const given: string[] = [];
    await expect(
      (async () => {
        for await (const part of openPackage(key, context, [altered])) given.push(part.toString());
      })(),
    ).rejects.toBeInstanceOf(SealBroken);
    expect(given).toEqual(['a package of thr']);
  });

  it('is as long as it says before', () => {
    for (const bytes of [0, 1, 65_535, 65_536, 65_537, 200_000]) expect(sealPackage(key, context, Buffer.alloc(bytes))).toHaveLength(sealedSize(bytes));
  });

  it('is another one each time', () => {
    expect(sealPackage(key, context, content).equals(sealPackage(key, context, content))).toBe(false);
  });
});
