import { hkdfSync } from 'node:crypto';

/** The key that seals secrets in exported events, made of the one that encrypts them: with another one, old seals would not be found again. */
export function sealingKey(secretsKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secretsKey, Buffer.alloc(0), 'windlass/registry/sealed-events', 32));
}
