import fc from 'fast-check';
import { open, seal } from './sealed-box.js';

const ascending = (from: number, length: number) => Buffer.from(Array.from({ length }, (_, index) => from + index));
const key = ascending(0, 32);
const nonce = ascending(0x40, 12);

describe('a sealed box', () => {
  // Computed with another implementation of AES-256-GCM.
  it('is AES-256-GCM with the context as authenticated data', () => {
    expect(seal(key, nonce, ['a', 'b'], Buffer.from('windlass')).toString('hex')).toBe('95d0c0474a5df470dce71be5198eb5afb00fd9e6f3ce56e3');
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
