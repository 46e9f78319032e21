import fc from 'fast-check';
import { open, openWith, seal, sealWith } from './sealed-box.js';

const ascending = (from: number, length: number) => Buffer.from(Array.from({ length }, (_, index) => from + index));
const key = ascending(0, 32);
const nonce = ascending(0x40, 12);

describe('a sealed box', () => {
  // Computed with another implementation of AES-256-GCM.
  it('is AES-256-GCM with the context as authenticated data', () => {
    expect(seal(key, nonce, ['a', 'b'], Buffer.from('windlass')).toString('hex')).toBe('95d0c0474a5df470dce71be5198eb5afb00fd9e6f3ce56e3');
  });

  // Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), on which NIST SP 800-38D rests.
  const P16 = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
  const C16 = '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662';
  it.each([
    ['00'.repeat(32), '00'.repeat(12), '', '', '', '530f8afbc74536b9a963b4f1c4cb738b'],
    ['00'.repeat(32), '00'.repeat(12), '', '00'.repeat(16), 'cea7403d4d606b6e074ec5d3baf39d18', 'd0d1c8a799996bf0265b98b5d48ab919'],
    ['feffe9928665731c6d6a8f9467308308'.repeat(2), 'cafebabefacedbaddecaf888', 'feedfacedeadbeeffeedfacedeadbeefabaddad2', P16, C16, '76fc6ece0f4e1768cddf8853bb2d551b'],
  ])('answers what was published for key %s and nonce %s', (...vector) => {
    const [vectorKey, vectorNonce, authenticated, plaintext, ciphertext, tag] = vector.map((hex) => Buffer.from(hex, 'hex')) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    const sealed = Buffer.concat([ciphertext, tag]);
    expect(sealWith(vectorKey, vectorNonce, authenticated, plaintext)).toEqual(sealed);
    expect(openWith(vectorKey, vectorNonce, authenticated, sealed)).toEqual(plaintext);
  });

  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(fc.string()), (plaintext, context) => {
        expect(open(key, nonce, context, seal(key, nonce, context, Buffer.from(plaintext)))).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it('stays shut for another key, another nonce and another context, however alike', () => {
    const sealed = seal(key, nonce, ['ab', 'c'], Buffer.from('windlass'));
    expect(open(ascending(1, 32), nonce, ['ab', 'c'], sealed)).toBeUndefined();
    expect(open(key, ascending(0x41, 12), ['ab', 'c'], sealed)).toBeUndefined();
    for (const context of [['a', 'bc'], ['abc'], ['ab', 'c', ''], ['ab","c']]) expect(open(key, nonce, context, sealed)).toBeUndefined();
    expect(open(key, nonce, ['ab', 'c'], sealed.subarray(0, 15))).toBeUndefined();
  });
});
