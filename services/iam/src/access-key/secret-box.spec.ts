import { SecretBox } from './secret-box.js';

const box = new SecretBox(Buffer.alloc(32, 1));
const sealed = box.seal('a secret key', 'AK1');

describe('a sealed secret', () => {
  it('opens for the access key it was sealed for', () => {
    expect(box.open(sealed, 'AK1')).toBe('a secret key');
  });

  it('does not show the secret and looks different each time', () => {
    expect(sealed.includes('secret')).toBe(false);
    expect(box.seal('a secret key', 'AK1').equals(sealed)).toBe(false);
  });

  it('does not open for another access key', () => {
    expect(() => box.open(sealed, 'AK2')).toThrow();
  });

  it('does not open under another secrets key', () => {
    expect(() => new SecretBox(Buffer.alloc(32, 2)).open(sealed, 'AK1')).toThrow();
  });

  it('does not open when any of its bytes was changed', () => {
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered[at]! ^= 1;
      expect(() => box.open(altered, 'AK1')).toThrow();
    }
  });

  it('does not open with a shortened tag', () => {
    expect(() => box.open(sealed.subarray(0, 20), 'AK1')).toThrow();
  });

  it('needs a key of 32 bytes', () => {
    expect(() => new SecretBox(Buffer.alloc(16))).toThrow(RangeError);
  });
});
