import { dataKeyBytes, requireCipherLength } from './data-key-request.js';

describe('the length of a data key', () => {
  it.each([
    ['', '', 32],
    ['AES_256', '', 32],
    ['AES_128', '', 16],
    ['AES_128', '512', 64],
    ['', '8', 1],
    ['nonsense', '8192', 1024],
  ])('for spec "%s" and length "%s" is %d bytes', (spec, bits, bytes) => expect(dataKeyBytes(spec, bits)).toBe(bytes));

  it.each(['0', '7', '12', '8193', '8200', '-8', '1e3', 'x'])('is refused as "%s" bits', (bits) => {
    expect(() => dataKeyBytes('', bits)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'KMS.1801' }));
  });

  it('is refused for specs that are none', () => {
    expect(() => dataKeyBytes('SM4', '')).toThrow(expect.objectContaining({ kind: 'invalid', code: 'KMS.0308' }));
  });

  it('is taken from clients between 1 and 1024 bytes', () => {
    for (const text of ['', '1', '64', '999', '1000', '1024']) expect(() => requireCipherLength(text)).not.toThrow();
    for (const text of ['0', '064', '1025', '9999', 'x']) expect(() => requireCipherLength(text)).toThrow(expect.objectContaining({ code: 'KMS.2202' }));
  });
});
