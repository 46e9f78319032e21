import { openValue, SealBroken, sealValue } from './index.js';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const context = { func_id: 'f1', digest: 'd1' };

describe('a sealed value', () => {
  // Computed with another implementation of AES-GCM (Python's cryptography, OpenSSL).
  it('has the known bytes, and opens', () => {
    const known = 'AAECAwQFBgcICQoLIHAVpwZ6p7ipQWCV1xp4PKmo0SBFOnE=';
    expect(sealValue(key, context, 'grüße', Buffer.from(Array.from({ length: 12 }, (_, index) => index)))).toBe(known);
    expect(openValue(key, context, known)).toBe('grüße');
    expect(openValue(key, context, sealValue(key, context, ''))).toBe('');
  });

  it('does not open with any character changed, cut, for anything else, or under another key', () => {
    const sealed = sealValue(key, context, 'secret');
    for (let at = 0; at < sealed.length; at += 1) {
      for (const other of ['A', 'B', '/', '=', ' ']) {
        if (sealed[at] === other) continue;
        expect(() => openValue(key, context, `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`)).toThrow(SealBroken);
      }
      expect(() => openValue(key, context, sealed.slice(0, at))).toThrow(SealBroken);
    }
    expect(() => openValue(key, { ...context, func_id: 'f2' }, sealed)).toThrow(SealBroken);
    expect(() => openValue(Buffer.alloc(32), context, sealed)).toThrow(SealBroken);
    expect(() => openValue(Buffer.alloc(16), context, sealed)).toThrow(RangeError);
  });
});
