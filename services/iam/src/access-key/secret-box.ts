import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
// Tells a later format or key from this one.
const VERSION = 1;

/**
 * Keeps secret keys unreadable in the database (AES-256-GCM): version, nonce, tag, ciphertext. Verifying a signature needs
 * the secret itself, so it cannot be hashed. Each is bound to its access key id and opens under no other.
 */
export class SecretBox {
  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES) throw new RangeError(`the secrets key has ${key.length} bytes, must have ${KEY_BYTES}`);
  }

  seal(secret: string, accessKey: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce, { authTagLength: TAG_BYTES }).setAAD(boundTo(accessKey));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** Throws when the bytes were altered, belong to another access key, or were sealed under another secrets key. */
  open(sealed: Buffer, accessKey: string): string {
    if (sealed[0] !== VERSION) throw new Error(`the secret of ${accessKey} is stored in an unknown format`);
    const [nonceEnd, tagEnd] = [1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES];
    const decipher = createDecipheriv(ALGORITHM, this.key, sealed.subarray(1, nonceEnd), { authTagLength: TAG_BYTES })
      .setAAD(boundTo(accessKey))
      .setAuthTag(sealed.subarray(nonceEnd, tagEnd));
    return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]).toString('utf8');
  }
}

function boundTo(accessKey: string): Buffer {
  return Buffer.from(`windlass access key ${accessKey}`);
}
