import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { SecretValues } from './secret-values.js';

describe('a secret value', () => {
  const secrets = new SecretValues(randomBytes(32));

  it('comes back as it was, for its own function and name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => secrets.decrypt('f', 'N', secrets.encrypt('f', 'N', value)) === value));
  });

  it('looks different each time and does not show what it holds', () => {
    const [first, second] = [secrets.encrypt('f', 'N', 'password'), secrets.encrypt('f', 'N', 'password')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64').toString('latin1')).not.toContain('password');
  });

  it('cannot be moved to another function, name or key, and not be altered', () => {
    const encrypted = secrets.encrypt('f', 'N', 'password');
    const altered = Buffer.from(encrypted, 'base64');
    altered[14] = (altered[14] ?? 0) ^ 1;
    expect(() => secrets.decrypt('g', 'N', encrypted)).toThrow();
    expect(() => secrets.decrypt('f', 'M', encrypted)).toThrow();
    expect(() => new SecretValues(randomBytes(32)).decrypt('f', 'N', encrypted)).toThrow();
    expect(() => secrets.decrypt('f', 'N', altered.toString('base64'))).toThrow();
  });

  it('needs a key of 32 bytes', () => {
    expect(() => new SecretValues(randomBytes(16))).toThrow(/32/);
  });
});
