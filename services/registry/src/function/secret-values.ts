import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts the values of encrypted_user_data (AES-256-GCM, random nonce). Function and name are authenticated with each
 * value, so a ciphertext cannot be moved to another function, tenant or variable.
 */
export class SecretValues {
  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES) throw new RangeError(`the secrets key has ${key.length} bytes, must have ${KEY_BYTES}`);
  }

  /** Base64 of nonce, ciphertext and tag. */
  encrypt(funcId: string, name: string, value: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce, { authTagLength: TAG_BYTES }).setAAD(context(funcId, name));
    return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** Fails when the text is not what `encrypt` made for the same function and name under the same key. */
  decrypt(funcId: string, name: string, encrypted: string): string {
    const bytes = Buffer.from(encrypted, 'base64');
    const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(context(funcId, name))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }
}

function context(funcId: string, name: string): Buffer {
  return Buffer.from(`windlass/registry/encrypted_user_data\0${funcId}\0${name}`);
}
